"""Shape, ids, roles, turns and tool calls of one record."""

import re
from collections.abc import Iterator, Mapping

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record
from tutorsmith.data.checks.text import without_code

_BLANK = re.compile("[\\s\u200b-\u200d\u2060\ufeff]*")
# Says that the text is still to be written, wherever it stands alone: as an answer or as the body of a section.
_UNWRITTEN = (
    r"to ?do|tbd|(?:no|not yet an?) (?:answer|solution)(?: yet)?|(?:answer )?pending"
    r"|not (?:yet )?(?:written|answered)(?: yet)?|tba|fixme|placeholder|your answer(?: here)?"
    r"|(?:the )?answer goes here|coming soon|work in progress|wip"
    r"|(?:insert|write|add|put|fill in)(?: the| your| an)? (?:answer|text|response|solution)(?: here)?"
    r"|fill in(?: here)?"
    r"|(?:(?:the |an |your )?(?:answer|solution|text|response|section):? )?(?:is )?(?:still )?to be "
    r"(?:written|done|added|completed|filled in|determined|announced)|lorem ipsum.*"
    r"|(?:this |the |an )?(?:answer|section|text|response|solution) (?:will|is to|needs to|has to|should"
    r"|must) be \w+(?: \w+)?"
    r"|(?:your |sample |dummy |example |some )?(?:answer|text|response|content) (?:here|follows)|(?:sample"
    r"|dummy|example) answer"
    r"|asdf\w*|foo ?(?:bar)?(?: ?baz)?|bla+h?(?: bla+h?)*|[\[<](?=[a-z ]*[a-z]{3})[a-z ]{3,40}[\]>]"
    r"|(?:(?:答案|回答|解答|内容|此处|本节|本题)[：:]?)?(?:暂?待|尚未|还未|有待)(?:补充|完成|完善|填写|定|写|续|编写|撰写|更新)|(?:答案|解答)(?:略|暂缺|暂无|见(?:教材|附录|课本).{0,6})|稍后补充|暂缺|(?:此处|在此)?(?:填写|补充|输入)(?:答案|回答)|占位符?"
)
# Empty only as a whole answer; "Suggestions: none" is a fine section.
_NOTHING = (
    r"n/?a|none|null|nil|nan|undefined|answer|test|same as above|see above|as above|ditto|xxx+|[.…]+|-+|\?+|_+"
    r"|同上|见上|略|无|暂无|答案"
)
_SECTION_PLACEHOLDER = re.compile(rf"[\W_]*(?:{_UNWRITTEN}|[.…]+|xxx+)[\W_]*", re.IGNORECASE | re.DOTALL)
_PLACEHOLDER = re.compile(rf"[\W_]*(?:{_UNWRITTEN}|{_NOTHING})[\W_]*", re.IGNORECASE | re.DOTALL)
# Unmistakable inside longer text too. "[insert the measured value]" is good advice in a rewritten sentence.
_PLACEHOLDER_INSIDE = re.compile(
    r"\blorem ipsum\b|[\[<](?:insert|write|add|fill in)(?: the| your| an)? (?:answer|response|solution)(?: here)?[\]>]"
    r"|\{\{\s*\w+\s*\}\}(?![}^_])|^[ \t>*-]*(?-i:TODO|TBD|FIXME)\b|\b(?-i:TODO|FIXME):|此处填写",
    re.IGNORECASE | re.MULTILINE,
)


def _of_kind(record: Record, kind: str) -> Iterator[Remark]:
    for problem in record.problems:
        if problem.kind == kind:
            yield Remark(problem.field, problem.message, problem.mend)


def schema(record: Record) -> Iterator[Remark]:
    """Fields that are missing or of a wrong type."""
    yield from _of_kind(record, "schema")


def missing_id(record: Record) -> Iterator[Remark]:
    """No id, or a blank one."""
    yield from _of_kind(record, "missing-id")


def unknown_role(record: Record) -> Iterator[Remark]:
    """A role other than system, user, assistant, tool."""
    yield from _of_kind(record, "unknown-role")


def null_content(record: Record) -> Iterator[Remark]:
    """No content in a message that makes no tool call either."""
    yield from _of_kind(record, "null-content")


def unknown_refusal(record: Record) -> Iterator[Remark]:
    """A refusal_type that is none of the three kinds."""
    yield from _of_kind(record, "unknown-refusal")


def turn_order(record: Record) -> Iterator[Remark]:
    """system first if at all, then user and assistant in turn, tool messages after a call; a sample ends with the
    assistant."""
    if not record.well_formed:
        return
    before = "start"
    called = False
    for index, message in record.messages:
        role = message["role"]
        allowed = _MAY_FOLLOW["call" if called and before == "assistant" else before]
        if role not in allowed:
            told = "at the start" if before == "start" else f"after {before}"
            expected = " or ".join(sorted(allowed)) or "nothing"
            yield Remark(f"messages[{index}].role", f"{role} stands {told}", f"put {expected} there")
            return
        called = role == "assistant" and bool(message.get("tool_calls"))
        before = role
    has_answer = any(message["role"] == "assistant" for _, message in record.messages)
    if not record.benchmark and has_answer and before != "assistant":
        yield Remark("messages", f"the dialogue ends with {before}", "end it with the answer of the assistant")
    if record.benchmark and before == "system":
        yield Remark("messages", "the item ends with system", "end it with the question of the user")


# A result that answers no call, and a call that gets no result, are told by tool_result, not as wrong turns.
_MAY_FOLLOW: Mapping[str, frozenset[str]] = {
    "start": frozenset({"system", "user"}),
    "system": frozenset({"user"}),
    "user": frozenset({"assistant"}),
    "assistant": frozenset({"user", "tool"}),
    "call": frozenset({"tool", "user", "assistant"}),
    "tool": frozenset({"tool", "assistant"}),
}


def _is_blank(text: str) -> bool:
    return _BLANK.fullmatch(text) is not None


def empty_answer(record: Record) -> Iterator[Remark]:
    """An assistant message, or the reference, without text (and without a tool call)."""
    for index, message in record.messages:
        content = message.get("content")
        if message.get("role") != "assistant" or message.get("tool_calls"):
            continue
        if isinstance(content, str) and _is_blank(content):
            yield Remark(f"messages[{index}].content", "the answer is empty", "write the answer")
    reference = record.raw.get("reference")
    if isinstance(reference, str) and _is_blank(reference) and not _ends_with_answer(record):
        yield Remark("reference", "the reference is empty", "write a good answer, or leave the field out")


def _ends_with_answer(record: Record) -> bool:
    return bool(record.messages) and record.messages[-1][1].get("role") == "assistant"


def empty_question(record: Record) -> Iterator[Remark]:
    """A user message without text."""
    for text in record.texts:
        if text.role == "user" and _is_blank(text.content):
            yield Remark(text.field, "the question is empty", "write the question")


def placeholder_answer(record: Record) -> Iterator[Remark]:
    """An answer, or a section of one, that says only that it is still to be written."""
    for text in record.answers:
        if _is_blank(text.content):
            continue
        bodies = re.split(r"^#{1,6}[^\n]*$", text.content, flags=re.MULTILINE)[1:]
        whole = text.content.strip() if _is_only(_PLACEHOLDER, text.content) else ""
        whole = whole or next((body.strip() for body in bodies if _is_only(_SECTION_PLACEHOLDER, body)), "")
        inside = _PLACEHOLDER_INSIDE.search(without_code(text.content)) if _may_hold(text.content) else None
        shown = whole[:40] or (inside[0].strip() if inside else "")
        if shown:
            yield Remark(text.field, f"a placeholder stands in for the answer: {shown!r}", "write the answer")


def _may_hold(text: str) -> bool:
    """Whether `_PLACEHOLDER_INSIDE` is worth the search: no regular expression is as fast as a plain one for a word."""
    return any(mark in text for mark in ("TODO", "TBD", "FIXME", "[", "<", "{{", "填写")) or "lorem" in text.lower()


def _is_only(pattern: re.Pattern[str], body: str) -> bool:
    return 0 < len(body.strip()) < 400 and pattern.fullmatch(body.strip()) is not None


def no_answer_key(record: Record) -> Iterator[Remark]:
    """A benchmark item that nothing can be scored against."""
    raw = record.raw
    if not record.benchmark or record.is_refusal or _ends_with_answer(record):
        return
    if not any(raw.get(key) for key in ("reference", "key_points", "citations")) and raw.get("tool_calls") is None:
        mend = "add key_points, a reference or the expected tool_calls"
        yield Remark("key_points", "there is nothing to score an answer against", mend)


def too_long(record: Record) -> Iterator[Remark]:
    """A record that does not fit the model's context. Without a tokenizer its words are counted: it has more tokens."""
    context = record.options.context
    if context <= 0 or not record.well_formed or _most_tokens(record) <= context:
        return
    count = record.options.validators.get("count_tokens")
    if count is None:
        tokens = sum(len(_WORDS.findall(text.content)) for text in record.texts if text.field.startswith("messages"))
        told = f"at least {tokens} tokens"
    else:
        tokens = int(count([dict(message) for _, message in record.messages]))
        told = f"{tokens} tokens"
    if tokens > context:
        message = f"{told}, {tokens - context} more than the context of {context}"
        yield Remark("messages", message, "shorten it, or choose a model with a longer context")


_BESIDE = 64
"""Tokens that a chat template may put around a turn, and a dialogue."""


def _most_tokens(record: Record) -> int:
    """A bound that costs nothing: no tokenizer makes more tokens than there are bytes, four of them a character."""
    total = _BESIDE
    for _, message in record.messages:
        content, calls = message.get("content"), message.get("tool_calls")
        if isinstance(content, str):
            total += len(content) if content.isascii() else 4 * len(content)
        total += _BESIDE + (6 * len(str(calls)) if calls else 0)
    return total


_WORDS = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


def key_point(record: Record) -> Iterator[Remark]:
    """A key point that cannot be scored."""
    if not record.benchmark:
        return
    yield from _of_kind(record, "key-point")
    points = record.raw.get("key_points")
    points = points if isinstance(points, list) else []
    if record.is_refusal and points:
        yield Remark("key_points", "an item with a refusal_type is not scored on key points", "remove one of the two")
    validate = record.options.validators.get("key_points")
    for index, point in enumerate(points):
        where = f"key_points[{index}]"
        wrong = _point_fault(point)
        if wrong:
            yield Remark(where, wrong, "see the forms of key points in the description of the data format")
        elif validate is not None and (isinstance(point, dict) or (isinstance(point, str) and point.strip())):
            try:
                validate(point)
            except ValueError as error:
                yield Remark(where, f"cannot be scored: {getattr(error, 'what', error)}", "correct the key point")


def _point_fault(point: object) -> str:
    if not isinstance(point, dict):
        return ""
    forms = [name for name in ("formula", "quantity") if name in point]
    if "any_of" in point or ("text" in point and not forms):
        forms.append("any_of")
    if len(forms) != 1:
        return "a key point is one of text/any_of, formula, quantity; this has " + (" and ".join(forms) or "none")
    wordings = point.get("any_of")
    if wordings is not None and not (_text_list(wordings) and wordings):
        return "'any_of' must be a list of wordings"
    if forms[0] != "any_of" and not (isinstance(point[forms[0]], str) and point[forms[0]].strip()):
        return f"'{forms[0]}' must be a text"
    if not isinstance(point.get("vital", True), bool):
        return "'vital' must be true or false"
    if "must_not" in point and not _text_list(point["must_not"]):
        return "'must_not' must be a list of wordings"
    tolerance = point.get("rel_tol", 0.0)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        return "'rel_tol' must be a number from 0 to 1"
    return ""


def _text_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value)
