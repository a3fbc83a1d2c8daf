"""Values that a conversation gives: a number with its unit, and the symbol that it is the value of."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutorsmith.data.schema import Message
from tutorsmith.pipeline.calls.expressions import in_ascii, is_symbol
from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.units import unit

_NUMBER = r"[-+−–]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?:\s?[×x*·]\s?10\s?\^?\s?[({]?[-−]?[\d⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+[)}]?)?"
_UNIT_WORD = r"(?:[A-Za-zµμΩ°]+|%)(?:\^\(?-?\d\)?|[²³])?"
_UNIT = rf"{_UNIT_WORD}(?:\s?[/*·]\s?\(?{_UNIT_WORD}(?:[*·]{_UNIT_WORD})*\)?)*"
_VALUE = re.compile(rf"(?<![\w.^]){_NUMBER}(?![\w.]*\w*\()")
_AFTER = re.compile(rf"[ \u00a0]?(?P<unit>{_UNIT})")
_SYMBOL = r"(?P<symbol>[^\W\d]\w*(?:_\{\w+\})?)"
_EQUALS = re.compile(rf"(?P<chain>(?:[^\W\d][\w{{}}]*\s*=\s*)*){_SYMBOL}\$?\s*(?:=|≈|:=|＝)\s*\$?$")
_SAID = re.compile(rf"{_SYMBOL}\$?\s*(?:(?:of|for) (?:the|my|a) \w+ )?(?:is|of|equals|being|为|是|等于|取)\s*\$?$")
# "in mT", "(in pF)", "how many ... in": the unit that the answer shall have.
_ASKED = re.compile(
    rf"(?<![\w])(?:in(?: units of)?|以|用|按)\s*(?<![a-z])\(?(?P<unit>{_UNIT}|1/[a-zA-Z]+(?:\^\d)?)(?![\w^]|\s*=|\()"
    rf"|[（(]\s*(?:in\s+|unit[:\s]+|单位[:：]?\s*)(?P<inside>{_UNIT})\s*[)）]"
    rf"|(?:单位(?:用|为|是|取)?|多少|以|用|换算成)\s*(?P<zh>{_UNIT})"
    rf"|(?<=\s)(?P<bare>{_UNIT})\s*[?？]?\s*$"
)
_NO_UNITS = frozenset(
    "a an at in as is it and or air are me us hand units turn turns count counts".split()  # noqa: SIM905
)
"""Words that a table of units knows, too; a number of turns has no unit."""


@dataclass(frozen=True)
class Quantity:
    """text: number and unit as the conversation writes them; symbol: what it is the value of, "" if not told."""

    text: str
    symbol: str = ""


def is_unit(text: str) -> bool:
    """Whether a calculator knows the unit. Levels (dB) are units here too: what is told of them is an error to see."""
    if text in _NO_UNITS:
        return False
    try:
        unit(text, "unit")
    except ToolFailure:
        return text in ("dB", "dBm")
    return True


def quantities_in(text: str) -> list[Quantity]:
    """The numbers of a text with their units and symbols, in their order."""
    out = []
    for found in _VALUE.finditer(text):
        before = text[: found.start()]
        named = _EQUALS.search(before) or _SAID.search(before)
        symbol = in_ascii(re.sub(r"[{}]", "", named["symbol"])) if named else ""
        if named and named.re is _SAID and not is_symbol(symbol):
            symbol = ""
        value, end = found[0], found.end()
        after = _AFTER.match(text, end)
        if after and (measured := _longest_unit(after["unit"])):
            value, end = text[found.start() : after.start("unit")] + measured, after.start("unit") + len(measured)
        if not symbol and value == found[0] and not _stands_alone(text, found.start(), end):
            continue
        chain = re.findall(r"[^\W\d][\w{}]*", named["chain"]) if named and named.re is _EQUALS else []
        out += [Quantity(value, name) for name in (*(in_ascii(re.sub(r"[{}]", "", link)) for link in chain), symbol)]
    return out


def unit_at(text: str, at: int) -> bool:
    """Whether a unit follows there."""
    after = _AFTER.match(text, at)
    return after is not None and bool(_longest_unit(after["unit"]))


def _longest_unit(text: str) -> str:
    """The longest beginning of the text that is a unit, ended where a word ends."""
    ends = sorted({len(text), *(found.start() for found in re.finditer(r"\s?[/*·]|\s|\)", text))}, reverse=True)
    return next((text[:end] for end in ends if end and is_unit(text[:end].strip())), "").rstrip()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Not a part of an expression, a range or a word."""
    return not re.match(r"\s?[-+*/^(]|\w", text[end:]) and not re.search(r"[-+*/^(_]\s?$|\w$", text[:start])


def given_values(messages: Sequence[Message]) -> dict[str, list[str]]:
    """Each symbol with the values that the conversation gives it, the last one first.

    What students write counts, and what tutors write of results: a result's own text then stands for its number.
    """
    results = [text for message in messages if message.role == "tool" for text in _result_texts(message)]
    out: dict[str, list[str]] = {}
    for message in messages:
        if message.role not in ("user", "assistant") or not message.content:
            continue
        text = _without_marks(message.content)
        for quantity in quantities_in(text):
            if quantity.symbol:
                value = quantity.text if message.role == "user" else _as_result(quantity.text, results)
                known = out.setdefault(quantity.symbol, [])
                known[:] = [value, *(other for other in known if other != value)]
    return out


def unnamed_values(messages: Sequence[Message]) -> list[str]:
    """Values that no symbol is told of: of the last question, then of results."""
    question = next((m.content or "" for m in reversed(messages) if m.role == "user"), "")
    found = [quantity.text for quantity in quantities_in(_without_marks(question)) if not quantity.symbol]
    results = [text for message in messages if message.role == "tool" for text in _result_texts(message)]
    return list(dict.fromkeys([*found, *results]))


def asked_units(question: str) -> list[str]:
    """Units in which the question wants its answer."""
    out: dict[str, None] = {}
    for found in _ASKED.finditer(question):
        text = found["unit"] or found["inside"] or found["zh"] or found["bare"] or ""
        bare = found["bare"] is not None
        if bare and re.search(r"\d\s*$|=\s*$", question[: found.start("bare")]):
            continue  # "... of 20 mm?" gives a value
        if measured := _longest_unit(text):
            out.setdefault(measured)
    return list(out)


def _without_marks(text: str) -> str:
    return re.sub(r"\\(?:mathrm|text|,|;|!| )|~", " ", text.replace("\\times", "×").replace("\\cdot", "·"))


def _result_texts(message: Message) -> list[str]:
    try:
        result = json.loads(message.content or "")
    except ValueError:
        return []
    text = result.get("text") if isinstance(result, Mapping) else None
    return [text] if isinstance(text, str) and _VALUE.match(text) else []


def _as_result(value: str, results: Sequence[str]) -> str:
    """The result that has this value, else the value as it is written."""
    wanted = _number(value)
    return next((text for text in results if wanted is not None and _number(text) == wanted), value)


def _number(text: str) -> float | None:
    found = re.match(
        r"\s*(?P<mantissa>[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?:\s?[×x*·]\s?10\s?\^?\s?[({]?(?P<power>-?\d+))?", text
    )
    return None if found is None else float(found["mantissa"]) * 10.0 ** int(found["power"] or 0)
