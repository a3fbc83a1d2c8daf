"""Key points: what a good answer must say, judged without a judge model.

    verdict = judge_key_point({"formula": "E = Q/(4*pi*epsilon_0*r^2)"}, answer)
    verdict.covered, verdict.contradicted, verdict.matched, verdict.rule

Forms of a key point: a plain string; {"text", "any_of"}; {"formula"}; {"quantity", "rel_tol", "text"}. Each may
have "vital" and "must_not" (wordings that contradict it). `parse_key_point` finds what cannot be used when a
benchmark is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.evaluation.metrics.concepts import phrase_key
from tutorsmith.evaluation.metrics.denials import forbidden_phrase
from tutorsmith.evaluation.metrics.formula_lexer import FormulaError
from tutorsmith.evaluation.metrics.formula_regions import text_at, written_formulas
from tutorsmith.evaluation.metrics.formulas import FormulaKey, formula_key, is_trivial, judge_formula
from tutorsmith.evaluation.metrics.phrases import PhraseVerdict, judge_phrase
from tutorsmith.evaluation.metrics.quantities import (
    DEFAULT_TOLERANCE,
    QuantityError,
    QuantityKey,
    judge_quantity,
    quantity_key,
    written_quantities,
)
from tutorsmith.evaluation.metrics.scope import MAX_CHARACTERS, scopes

_KNOWN_FIELDS = {"text", "any_of", "formula", "quantity", "rel_tol", "vital", "must_not"}
_KINDS = ("any_of", "formula", "quantity")
LONGEST = 2000
"""Characters of one wording, formula or quantity: a key point is one statement, and longer ones cost without bound."""


@dataclass(frozen=True, slots=True)
class KeyPointVerdict:
    """covered: True, False, or None when the rules cannot decide; matched: the exact stretch of the answer that
    decided, or the empty string; rule: why."""

    covered: bool | None
    contradicted: bool
    matched: str
    rule: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence to be asserted: its words, and the formulas and values written in it."""

    text: str
    words: str
    formulas: tuple[FormulaKey, ...]
    quantities: tuple[QuantityKey, ...]


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """A parsed key point: covered by any of `wordings`, by `formula`, or by `quantity`; denied by any of `must_not`."""

    label: str
    wordings: tuple[Wording, ...]
    formula: FormulaKey | None
    quantity: QuantityKey | None
    vital: bool
    must_not: tuple[Wording, ...]


def parse_key_point(key_point: str | Mapping[str, Any], *, where: str | None = None) -> KeyPoint:
    """Check and parse a key point.

    Raises: DataError (unknown field, empty wording, unreadable formula, unknown unit), with `where`, "file:line".
    """
    if isinstance(key_point, str):
        return _parse_plain(key_point, where)
    if not isinstance(key_point, Mapping):
        raise DataError(
            f"a key point is a string or an object, not {type(key_point).__name__}",
            where=where,
            mend="see data formats: key_points",
        )
    unknown = sorted(set(key_point) - _KNOWN_FIELDS)
    if unknown:
        raise DataError(
            f"unknown field in a key point: {', '.join(unknown)}",
            where=where,
            mend=f"known fields: {', '.join(sorted(_KNOWN_FIELDS))}",
        )
    kinds = [k for k in _KINDS if k in key_point]
    if len(kinds) > 1:
        raise DataError(
            f"a key point is one of {', '.join(_KINDS)}, not {' and '.join(kinds)}",
            where=where,
            mend="make them key points of their own",
        )
    must_not = tuple(_wording(w) for w in _strings(key_point, "must_not", where))
    vital = key_point.get("vital", True)
    if not isinstance(vital, bool):
        raise DataError("'vital' is true or false", where=where)
    label = str(key_point.get("text", ""))
    _check_length(label, where)
    kind = kinds[0] if kinds else "text"
    if kind == "formula":
        return KeyPoint(label, (), _formula(key_point["formula"], where), None, vital, must_not)
    if kind == "quantity":
        return KeyPoint(label, (), None, _quantity(key_point, where), vital, must_not)
    wordings = _strings(key_point, "any_of", where) if kind == "any_of" else []
    if kind == "any_of" and not wordings:
        raise DataError("'any_of' is empty", where=where, mend="give at least one wording")
    if not wordings and not label.strip():
        raise DataError("a key point says nothing", where=where, mend="give 'text', 'any_of', 'formula' or 'quantity'")
    return KeyPoint(label, tuple(_wording(w) for w in wordings or [label]), None, None, vital, must_not)


def _check_length(text: object, where: str | None) -> None:
    if isinstance(text, str) and len(text) > LONGEST:
        raise DataError(
            f"a key point of {len(text)} characters, more than {LONGEST}",
            where=where,
            mend="make it several key points, one statement each",
        )


def _parse_plain(text: str, where: str | None) -> KeyPoint:
    _check_length(text, where)
    if not text.strip():
        raise DataError("a key point is empty", where=where, mend="write what a good answer must say, or take it out")
    return KeyPoint(text, (_wording(text),), None, None, True, ())


def _strings(key_point: Mapping[str, Any], field: str, where: str | None) -> list[str]:
    value = key_point.get(field, [])
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(v, str) and v.strip() for v in listed):
        raise DataError(
            f"'{field}' is a list of wordings", where=where, mend='for example ["the field is zero", "E = 0"]'
        )
    for wording in listed:
        _check_length(wording, where)
    return list(listed)


def _formula(text: object, where: str | None) -> FormulaKey:
    _check_length(text, where)
    try:
        if not isinstance(text, str):
            raise FormulaError("it is no string")
        return formula_key(text)
    except FormulaError as error:
        raise DataError(
            f"the formula {text!r} cannot be read: {error}",
            where=where,
            mend="write it like C = epsilon_0*epsilon_r*A/d, or in LaTeX",
        ) from error


def _quantity(key_point: Mapping[str, Any], where: str | None) -> QuantityKey:
    tolerance = key_point.get("rel_tol", DEFAULT_TOLERANCE)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        raise DataError(
            f"'rel_tol' is a number from 0 to 1, not {tolerance!r}", where=where, mend="0.02 means two percent"
        )
    text = key_point["quantity"]
    _check_length(text, where)
    try:
        return quantity_key(str(text), float(tolerance), str(key_point.get("text", "")))
    except QuantityError as error:
        raise DataError(
            f"the quantity {text!r} cannot be read: {error}", where=where, mend="write it like 2.09 um or 3e8 m/s"
        ) from error


@lru_cache(maxsize=8192)
def _wording(text: str) -> Wording:
    """Formulas and values are taken out of the words, when they can be judged on their own."""
    words = text
    formulas = []
    for start, end in written_formulas(text):
        try:
            formulas.append(formula_key(text_at(text, start, end)))
        except FormulaError:
            continue
        words = words[:start] + " " * (end - start) + words[end:]
    quantities = []
    for start, end in written_quantities(words):
        try:
            quantities.append(quantity_key(words[start:end]))
        except QuantityError:
            continue
        words = words[:start] + " " * (end - start) + words[end:]
    return Wording(text, words, tuple(formulas), tuple(quantities))


@lru_cache(maxsize=8192)
def _parsed(text: str) -> KeyPoint:
    return parse_key_point(text)


def judge_key_point(
    key_point: str | Mapping[str, Any], answer: str, language: str | None = None, question: str = ""
) -> KeyPointVerdict:
    """Whether the answer asserts the key point.

    language is accepted for symmetry with the other scorers; both languages are always read. The values that the
    question gives are no wrong results where the answer repeats them. Raises: DataError.
    """
    del language
    parsed = _parsed(key_point) if isinstance(key_point, str) else parse_key_point(key_point)
    if not answer.strip():
        return KeyPointVerdict(False, False, "", "the answer is empty")
    text = scopes(answer).original
    for wording in parsed.must_not:
        said = _forbidden(wording, answer)
        if said is not None:
            return KeyPointVerdict(False, True, text[slice(*said)], f"asserts what it must not: {wording.text}")
    state, start, end, rule = _judge(parsed, answer, question)
    matched = text[start:end] if state in ("covered", "contradicted") else ""
    if len(answer) > MAX_CHARACTERS and state != "covered":
        rule += f"; only {MAX_CHARACTERS} of {len(answer)} characters were read"
        state = "undecidable" if state == "missing" else state
    covered = None if state == "undecidable" else state == "covered"
    return KeyPointVerdict(covered, state == "contradicted", matched, rule)


def _judge(parsed: KeyPoint, answer: str, question: str) -> tuple[str, int, int, str]:
    if parsed.formula is not None:
        formula = judge_formula(parsed.formula, answer)
        return formula.state, formula.start, formula.end, formula.rule
    if parsed.quantity is not None:
        quantity = judge_quantity(parsed.quantity, answer, question)
        return quantity.state, quantity.start, quantity.end, quantity.rule
    verdicts = [_judge_wording(w, answer) for w in parsed.wordings]
    order = ("covered", "contradicted", "undecidable", "missing")
    return min(verdicts, key=lambda v: order.index(v[0]))


def _forbidden(wording: Wording, answer: str) -> tuple[int, int] | None:
    """Where the answer asserts a forbidden wording: all of its formulas and values, and all of its words with them."""
    named = bool(phrase_key(wording.words).tokens)
    places = [judge_formula(key, answer) for key in wording.formulas]
    values = [
        judge_quantity(QuantityKey(q.text, q.number, q.unit, q.tolerance, wording.words if named else ""), answer)
        for q in wording.quantities
    ]
    stated = [(v.state, v.start, v.end) for v in places] + [(v.state, v.start, v.end) for v in values]
    if any(state != "covered" for state, _, _ in stated):
        return None
    if not named:
        return stated[0][1:] if stated else None
    words = forbidden_phrase(wording.words, answer)
    scope = scopes(answer)
    if words is None or any(scope.sentence_at(start) != scope.sentence_at(words[0]) for _, start, _ in stated):
        return None
    return min([words[0], *(s for _, s, _ in stated)]), max([words[1], *(e for _, _, e in stated)])


def _judge_wording(wording: Wording, answer: str) -> tuple[str, int, int, str]:
    """A wording is asserted in its words; a formula in it may say the same, or must be there as well."""
    if not wording.formulas and not wording.quantities:
        phrase = judge_phrase(wording.text, answer)
        return phrase.state, phrase.start, phrase.end, phrase.rule
    if wording.quantities:
        return _judge_with_values(wording, answer)
    return _judge_with_formulas(wording, answer)


def _judge_with_values(wording: Wording, answer: str) -> tuple[str, int, int, str]:
    named = phrase_key(wording.words).tokens
    for quantity in wording.quantities:
        key = QuantityKey(
            quantity.text, quantity.number, quantity.unit, quantity.tolerance, wording.words if named else ""
        )
        verdict = judge_quantity(key, answer)
        if verdict.state != "covered":
            break
    return verdict.state, verdict.start, verdict.end, verdict.rule


def _judge_with_formulas(wording: Wording, answer: str) -> tuple[str, int, int, str]:
    results = [judge_formula(key, answer) for key in wording.formulas]
    whole = judge_phrase(wording.text, answer)
    words = judge_phrase(wording.words, answer) if phrase_key(wording.words).tokens else None
    if all(r.state == "covered" for r in results):
        first = results[0]
        if words is not None and words.rule == "said of something else" and whole.state != "covered":
            return "missing", 0, 0, "the formula is said of something else"
        if (
            words is None
            or not any(is_trivial(k) for k in wording.formulas)
            or words.score >= 0.5
            or whole.state == "covered"
        ):
            return "covered", first.start, first.end, first.rule
        return "missing", 0, 0, "the formula stands there, but not what it is said of"
    if whole.state == "covered" or (words is not None and _says_it_all(words, wording)):
        said = whole if whole.state == "covered" else words
        if said is not None and not any(r.state == "contradicted" for r in results):
            return "covered", said.start, said.end, said.rule
    wrong = next((r for r in results if r.state == "contradicted"), None)
    if wrong is not None:
        return "contradicted", wrong.start, wrong.end, wrong.rule
    return whole.state, whole.start, whole.end, whole.rule


def _says_it_all(words: PhraseVerdict, wording: Wording) -> bool:
    """The words beside the formula state something ("E is zero, E = 0") and are no mere name ("Ohm's law: V = IR")."""
    return words.state == "covered" and any(t.predicate for t in phrase_key(wording.words).tokens)
