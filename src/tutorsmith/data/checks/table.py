"""The table of checks: one row a kind of finding. A new check is a row here and a function in a module.

Scopes, in the order in which they run:
    file     said of a whole file from its first bytes (`lines.file_remarks`)
    syntax   said of a line that is no plain JSON object (`syntax.parse`, `run`)
    record   a function (Record) -> remarks, loaded by its "module:name"
    repeats  records of one file against each other (`repeats.Repeats`)
    leakage  training records against benchmark items (`leakage.Leakage`)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from tutorsmith.data.checks.finding import Remark, Severity
from tutorsmith.data.checks.record import Record

Scope = Literal["file", "syntax", "record", "repeats", "leakage"]
RecordCheck = Callable[[Record], Iterable[Remark]]


@dataclass(frozen=True, slots=True)
class Row:
    """severity: an error stops a run; about: one line for the list of checks and for SARIF."""

    severity: Severity
    scope: Scope
    about: str
    function: str = ""

    def load(self) -> RecordCheck:
        """The function of a record check, imported when first asked for."""
        module, _, name = self.function.partition(":")
        loaded: RecordCheck = getattr(import_module(f"tutorsmith.data.checks.{module}"), name)
        return loaded


CHECKS: Mapping[str, Row] = {
    "encoding": Row("error", "syntax", "bytes that are not UTF-8"),
    "bom": Row("warning", "file", "a byte-order mark at the start"),
    "empty-file": Row("error", "file", "no record at all"),
    "json-array": Row("error", "syntax", "an array instead of one object a line"),
    "json": Row("error", "syntax", "a line that is not JSON"),
    "truncated-json": Row("error", "syntax", "an object that is cut off"),
    "several-objects": Row("error", "syntax", "two or more objects on one line"),
    "pretty-printed": Row("error", "syntax", "an object over several lines"),
    "line-break": Row("error", "syntax", "a raw line break or tab inside a string"),
    "trailing-comma": Row("error", "syntax", "a comma before a closing bracket or after the object"),
    "python-literal": Row("error", "syntax", "None, True, False or single quotes"),
    "nan-value": Row("error", "syntax", "NaN or Infinity"),
    "duplicate-key": Row("error", "syntax", "a key that stands twice in one object"),
    "lone-surrogate": Row("error", "syntax", "half of a surrogate pair"),
    "deep-nesting": Row("error", "syntax", "brackets nested too deep to be a sample"),
    "not-object": Row("error", "syntax", "a JSON value that is no object"),
    "schema": Row("error", "record", "fields missing or of a wrong type", "structure:schema"),
    "missing-id": Row("error", "record", "no id", "structure:missing_id"),
    "unknown-role": Row("error", "record", "a role that does not exist", "structure:unknown_role"),
    "null-content": Row("error", "record", "a message without content or call", "structure:null_content"),
    "turn-order": Row("error", "record", "turns in a wrong order", "structure:turn_order"),
    "unknown-refusal": Row("error", "record", "an unknown refusal_type", "structure:unknown_refusal"),
    "empty-answer": Row("error", "record", "an answer without text", "structure:empty_answer"),
    "empty-question": Row("error", "record", "a question without text", "structure:empty_question"),
    "placeholder-answer": Row("error", "record", "an answer still to be written", "structure:placeholder_answer"),
    "no-answer-key": Row("error", "record", "an item that cannot be scored", "structure:no_answer_key"),
    "key-point": Row("error", "record", "a key point that cannot be scored", "structure:key_point"),
    "undeclared-tool": Row("error", "record", "a call of a tool that is not declared", "tool_calls:undeclared_tool"),
    "tool-arguments": Row("error", "record", "arguments that do not fit", "tool_calls:tool_arguments"),
    "tool-result": Row("error", "record", "a call without result or the reverse", "tool_calls:tool_result"),
    "meta-mismatch": Row("warning", "record", "meta.has_tool_call against the messages", "tool_calls:meta_mismatch"),
    "calculation": Row("error", "record", "a calculation that fails or differs", "calculations:calculation"),
    "too-long": Row("error", "record", "longer than the model's context", "structure:too_long"),
    "control-character": Row("error", "record", "control characters in a text", "text:control_character"),
    "broken-escape": Row("error", "record", "LaTeX commands lost to a JSON escape", "text:broken_escape"),
    "zero-width": Row("error", "record", "invisible characters in a text", "text:zero_width"),
    "mojibake": Row("error", "record", "text that was decoded wrongly", "text:mojibake"),
    "template-token": Row("error", "record", "chat-template tokens in a text", "text:template_token"),
    "html-residue": Row("warning", "record", "left-over HTML", "text:html_residue"),
    "unbalanced-latex": Row("warning", "record", "formulas that are not closed", "latex:unbalanced_latex"),
    "required-sections": Row("error", "record", "sections the prompt asks for", "substance:required_section"),
    "citation-range": Row("error", "record", "citations of excerpts that are not there", "substance:citation_range"),
    "refusal-mismatch": Row("error", "record", "refusal_type against the answer", "refusal:refusal_mismatch"),
    "refusal-kind": Row("warning", "record", "the kind of refusal against the answer", "refusal:refusal_kind"),
    "copied-question": Row("error", "record", "an answer that repeats its question", "substance:copied_question"),
    "language-mismatch": Row("warning", "record", "meta.language against the answer", "substance:language_mismatch"),
    "secret": Row("error", "record", "a password, key or token", "people:secret"),
    "national-id": Row("error", "record", "the number of an id or bank account", "people:national_id"),
    "student-number": Row("warning", "record", "a student number", "people:student_number"),
    "email": Row("warning", "record", "an e-mail address", "people:email"),
    "phone": Row("warning", "record", "a phone number or messenger account", "people:phone"),
    "person-name": Row("warning", "record", "the name of a private person", "people:person_name"),
    "duplicate-id": Row("error", "repeats", "an id that stands twice in its file"),
    "duplicate": Row("error", "repeats", "the same record twice in a file"),
    "contradictory-answers": Row("error", "repeats", "two answers to one prompt"),
    "near-duplicate": Row("warning", "repeats", "nearly the same record twice in a file"),
    "question-overlap": Row("error", "leakage", "a benchmark question in the training data"),
    "near-overlap": Row("error", "leakage", "nearly a benchmark question in the training data"),
    "paraphrase-overlap": Row("error", "leakage", "perhaps a benchmark question in other words"),
    "answer-overlap": Row("error", "leakage", "a benchmark reference in the training data"),
}


def record_checks() -> dict[str, RecordCheck]:
    """Kind -> function of all record checks, in the order of the table."""
    return {kind: row.load() for kind, row in CHECKS.items() if row.scope == "record"}
