"""Does the answer give this value? Values are compared in SI base units, bound to the quantity they are given for."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics.concepts import Token, credit_of, phrase_key, tokens_of
from tutorsmith.evaluation.metrics.phrases import THRESHOLD
from tutorsmith.evaluation.metrics.quantity_binding import (
    bound,
    is_asked_for,
    is_operand,
    leads_on,
    named_later,
    retracted,
    share,
    share_between,
    tokens_near,
    values_near,
)
from tutorsmith.evaluation.metrics.quantity_kinds import is_limit
from tutorsmith.evaluation.metrics.scope import Scopes, Span, scopes
from tutorsmith.evaluation.metrics.tables import pattern
from tutorsmith.evaluation.metrics.units import Unit, comparable
from tutorsmith.evaluation.metrics.values import Value, values_of

DEFAULT_TOLERANCE = 0.02
_SPREAD_WORDS = re.compile(r"uncertaint|error|deviation|spread|toleranc|±|\\pm|不确定度|误差|偏差", re.IGNORECASE)
_COUNTS = frozenset(
    ["angle", "turn", "word", "character", "page", "paragraph", "sentence", "point"]
)  # stay words in a wording
_NEAR = 300  # characters around a value in which its rivals are looked for
_COUNTED = frozenset(["turn", "word", "character", "page", "paragraph", "sentence"])
_LAG = re.compile(r"(?P<lag>\blag|\bbehind|滞后|落后)|\blead(?:s|ing)?\b|\bahead\b|超前|领先", re.IGNORECASE)
_NOUNS = {"current": "current|电流", "voltage": "voltage|电压"}
_RATES = re.compile(r"(?:fast|slow|quick|more|less)", re.IGNORECASE)  # say how, not in which way a quantity changes


@dataclass(frozen=True, slots=True)
class QuantityKey:
    """`number` in SI base units; `name` is what the value belongs to, or empty; `spread` its uncertainty, or None."""

    text: str
    number: float
    unit: Unit
    tolerance: float
    name: str
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class QuantityVerdict:
    """`state`: "covered", "contradicted" or "missing"."""

    state: str
    start: int = 0
    end: int = 0
    rule: str = ""


class QuantityError(ValueError):
    """No value, or no known unit."""


@lru_cache(maxsize=4096)
def quantity_key(text: str, tolerance: float = DEFAULT_TOLERANCE, name: str = "") -> QuantityKey:
    """Parse "2.09 um", "delta = 2.09 um" or "50 %". Raises: QuantityError."""
    label, sign, rest = text.rpartition("=")
    body = (rest if sign else text).strip().lstrip("≈~").strip()
    found = [v for v in values_of(body) if not body[: v.start].strip() or v.spread]
    if not found:
        raise QuantityError("no number stands there")
    first = found[0]
    if body[first.end :].strip(" .$"):
        raise QuantityError(f"the unit '{body[first.end :].strip()}' is not known")
    spread = found[1].number if len(found) > 1 and found[1].spread else None
    return QuantityKey(text, first.number, first.unit, tolerance, name or label.strip(), spread)


def _fits(key: Unit, value: Unit) -> bool:
    """Whether the value may be one of the key's; 200 turns are 200."""
    counted = not key.dimensions and key.factor == 1 and all(n in _COUNTED for n, _ in value.dimensions)
    return comparable(key, value) or counted


def close(key: QuantityKey, value: Value) -> bool:
    """Within the relative tolerance; of a key value 0, exactly 0."""
    if not _fits(key.unit, value.unit):
        return False
    return abs(value.number - key.number) <= key.tolerance * abs(key.number) * (1 + 1e-9) + 1e-300


@dataclass(slots=True)
class _Found:
    """What the values of an answer come to, the last right one and the last wrong one."""

    good: Value | None = None
    wrong: Value | None = None
    why: str = ""
    rule: str = "the value is not given"


def judge_quantity(key: QuantityKey, answer: str, question: str = "") -> QuantityVerdict:
    """Whether the answer gives the value, another value for the same quantity, or none.

    What the question gives is repeated in many an answer; it is no other value for a quantity that has no name.
    """
    text = scopes(answer).text
    final = [m.start() for m in pattern("final").finditer(text)]
    given = values_of(question) if question else ()
    found = _Found()
    for value in values_of(answer):
        if _fits(key.unit, value.unit):
            known = any(_equals(value, g) for g in given)
            concluding = bool(final) and value.start > final[-1] and not key.name
            _weigh(key, value, answer, found, (known, concluding))
    good, wrong = found.good, found.wrong
    if good and wrong and final and wrong.start > final[-1] > good.start:
        return QuantityVerdict("contradicted", wrong.start, wrong.end, "the final answer is another value")
    if good and key.spread is not None and not _spread_given(key, key.spread, answer):
        return QuantityVerdict("missing", rule="the value is given without its uncertainty")
    if good:
        return QuantityVerdict("covered", good.start, good.end, "the value, within the tolerance")
    if wrong:
        return QuantityVerdict("contradicted", wrong.start, wrong.end, found.why)
    return QuantityVerdict("missing", rule=found.rule)


def _weigh(key: QuantityKey, value: Value, answer: str, found: _Found, standing: tuple[bool, bool]) -> None:
    """Enter one value. standing: (known from the question, part of the announced result)."""
    scope = scopes(answer)
    known, concluding = standing
    same, reversed_ = _same(key, value, answer, scope)
    operand = is_operand(value, answer)
    if operand and (leads_on(value, answer) or not same):
        return
    reason = scope.discount(value.start) or ("a condition" if scope.conditional(value.start) else "")
    belongs = _belongs(key, value, answer, scope)
    if reason:
        found.rule = f"given only as {reason}" if same else found.rule
    elif retracted(value, scope) or (scope.negated(value.start) % 2 and not (value.bound and is_limit(key.name))):
        if same and belongs is not False:
            found.wrong, found.why = value, "the value is denied"
    elif value.bound and not is_limit(key.name):
        found.rule = "only a range or a bound is given" if same else found.rule
    elif same and belongs is None and key.name and is_asked_for(key.name, answer):
        found.rule = "the quantity is left to be found"
    elif same and belongs is not False:
        found.good = value
    elif same:
        found.rule = "the value is given for another quantity"
    elif reversed_ and belongs is not False:
        found.wrong, found.why = value, "the change goes the other way"
    elif not value.spread and (belongs or (not known and (concluding or (belongs is None and _slip(key, value))))):
        found.wrong, found.why = value, "another value is given"


def _equals(value: Value, given: Value) -> bool:
    return comparable(value.unit, given.unit) and abs(value.number - given.number) <= 1e-6 * abs(given.number)


def _spread_given(key: QuantityKey, spread: float, answer: str) -> bool:
    wanted = QuantityKey(key.text, spread, key.unit, max(key.tolerance, 0.05), "")
    return any(v.spread and close(wanted, v) for v in values_of(answer))


def _is_change(unit: Unit) -> bool:
    """Percentages and decibels say by how much something changes; their sign is as often a word as a minus."""
    return (unit.factor == 0.01 and not unit.dimensions) or unit.dimensions == (("level", 1.0),)


def _same(key: QuantityKey, value: Value, answer: str, scope: Scopes) -> tuple[bool, bool]:
    """(the same value, the same change in the other direction): "-15 %" is "a reduction of 15 %"."""
    if key.number and key.unit.dimensions == (("angle", 1.0),) and (turn := _lag(key, value, scope)):
        size = QuantityKey(key.text, abs(key.number), key.unit, key.tolerance, "")
        if not close(size, value):
            return False, False
        return (key.number > 0) == (turn > 0), (key.number > 0) != (turn > 0)
    if not (_is_change(key.unit) and _is_change(value.unit)) or value.spread:
        return close(key, value), False
    size = QuantityKey(key.text, abs(key.number), key.unit, key.tolerance, "")
    if not close(size, Value(abs(value.number), value.unit, value.start, value.end)):
        return False, False
    wanted = _sense(key.number, list(phrase_key(key.name).tokens) if key.name else [])
    clause = _clause_of(value, scope)
    near = [
        t for t in tokens_of(answer) if clause.start <= t.start < clause.end and not _RATES.match(scope.prose, t.start)
    ]
    near.sort(key=lambda t: min(abs(t.start - value.end), abs(value.start - t.end)))
    found = _sense(value.number, near)
    if wanted and found:
        return wanted == found, wanted != found
    if wanted:
        return key.number > 0 and value.number > 0, False
    return value.number > 0 or not key.unit.dimensions, False


def _sense(number: float, tokens: list[Token]) -> int:
    """-1 for a decrease, 1 for an increase, 0 where neither is said."""
    if number < 0:
        return -1
    told = next((t for t in tokens if t.concept in ("up", "down", "decays") and t.polarity), None)
    return 0 if told is None else (1 if told.concept == "up" else -1)


def _lag(key: QuantityKey, value: Value, scope: Scopes) -> int:
    """-1 where the key's quantity lags by the value, 1 where it leads, 0 where neither is said of a bare angle."""
    if value.number < 0 or not re.search(r"phase|angle|相位", key.name, re.IGNORECASE):
        return 0
    clause = _clause_of(value, scope)
    text = scope.prose[clause.start : clause.end]
    found = _LAG.search(text)
    if found is None:
        return 0
    sense = -1 if found["lag"] else 1
    own = phrase_key(key.name).tokens
    after = text[found.end() :].lower()
    turned = any(
        t.concept in ("current", "voltage")
        and re.match(rf"[^a-z\u4e00-\u9fff]{{0,4}}(?:the )?(?:{_NOUNS[t.concept]})", after)
        for t in own
    )
    return -sense if turned else sense


def _clause_of(value: Value, scope: Scopes) -> Span:
    sentence = scope.sentence_at(value.start)
    return next((c for c in scope.clauses[sentence] if c.start <= value.start < c.end), scope.sentences[sentence])


def _slip(key: QuantityKey, value: Value) -> bool:
    """The right digits with a wrong sign, factor 2 or power of ten; or another value with a dimension."""
    if not key.number or not value.number:
        return False
    return bool(key.unit.dimensions) or abs(value.number + key.number) < key.tolerance * abs(key.number)


def _belongs(key: QuantityKey, value: Value, answer: str, scope: Scopes) -> bool | None:
    """Whether the value is bound to the key's quantity: True, False, or None when neither names one."""
    if not key.name:
        return None
    if _SPREAD_WORDS.search(key.name) and value.spread:
        return True
    if (told := bound(key.name, value, answer)) is not None:
        return told
    wanted = phrase_key(key.name).tokens
    if _is_change(key.unit):  # the direction is judged by `_same`
        wanted = tuple(t for t in wanted if t.concept not in ("up", "down", "decays", "vary"))
    if not wanted:
        return None
    sentence, clause = scope.sentence_at(value.start), _clause_of(value, scope)
    near = [t for t in tokens_near(answer, clause.start, clause.end) if not value.start <= t.start < value.end]
    others = [v for v in values_near(answer, clause.start, clause.end) if v is not value]
    if share(wanted, near) >= THRESHOLD:
        return _nearest(wanted, near, value, others) if others else True
    around = values_near(answer, max(scope.sentences[sentence].start, value.start - _NEAR), value.end + _NEAR)
    if any(_named_elsewhere(wanted, v, value, answer, scope) for v in around if comparable(v.unit, value.unit)):
        return False
    before = scope.sentences[max(0, sentence - 1)].start
    if share_between(wanted, answer, before, scope.sentences[sentence].end) >= THRESHOLD:
        return None if is_asked_for(key.name, answer) else True
    return False if named_later(key.name, value, answer, scope) else None


def _named_elsewhere(wanted: tuple[Token, ...], other: Value, value: Value, answer: str, scope: Scopes) -> bool:
    """Another clause of the same sentence gives the named quantity a value."""
    sentence = scope.sentence_at(value.start)
    if other is value or scope.negated(other.start) % 2 or scope.sentence_at(other.start) != sentence:
        return False
    clause = next((c for c in scope.clauses[sentence] if c.start <= other.start < c.end), None)
    if clause is None or clause.start <= value.start < clause.end:
        return False
    return share_between(wanted, answer, clause.start, clause.end) >= THRESHOLD


def _nearest(wanted: tuple[Token, ...], near: list[Token], value: Value, others: list[Value]) -> bool:
    """Of several values in a clause, the name belongs to the one after it, or else the nearest."""
    places = [t for t in near if any(credit_of(w, t) for w in wanted)]
    if not places:
        return False
    place = max(places, key=lambda t: sum(credit_of(w, t) for w in wanted))

    def distance(v: Value) -> int:
        return v.start - place.end if v.start >= place.end else (place.start - v.end) + 4

    return all(distance(value) <= distance(o) for o in others if comparable(o.unit, value.unit))


def written_quantities(text: str) -> list[tuple[int, int]]:
    """Ranges of the values with a physical unit in a wording, the last one first; angles and percentages stay words."""
    found = [v for v in values_of(text) if v.unit.dimensions and not v.bound and v.unit.dimensions[0][0] not in _COUNTS]
    return [(v.start, v.end) for v in found][::-1]
