"""Places of the notes that cannot both be right: found by three narrow rules, so that few are named wrongly.

constant   a constant of nature with two values           mu_0 = 4 pi 1e-7 H/m ... mu_0 = 1.26e-5 H/m
sentence   one sentence with other numbers                "The breakdown strength of air is 3 MV/m." ... "is 2 MV/m."
formula    one heading, one left side, other numbers      E = q/(4 pi eps R^2) ... E = q/(2 pi eps R^2)
           or signs on the right

Values that differ by rounding alone agree. Worked examples have numbers of their own and are left out, as are headings
that many chapters have.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10, pi
from textwrap import shorten

from tutorsmith.data.words import normalise_symbols
from tutorsmith.retrieval.chunk import Chunk, sentences

CONSTANTS: Mapping[str, str] = {
    "epsilon_0": r"F\s*/\s*m",
    "mu_0": r"(?:H|T.?m)\s*/\s*(?:m|A)",
    "eta_0": r"(?:Ω|ohm)",
    "c": r"m\s*/\s*s",
    "c_0": r"m\s*/\s*s",
    "e": r"C(?![A-Za-z])",
    "m_e": r"kg",
    "k_B": r"J\s*/\s*K",
    "h": r"J.?s",
    "N_A": r"(?:1\s*/\s*mol|mol)",
}
"""Constants that need no problem to have a value -> the unit that tells them from other uses of the letter."""
SHORTEST = 6
"""Words from which on a sentence says enough to be recognised."""
_EXAMPLE = re.compile(r"example|exercise|problem|solution|quiz|例|习题|练习", re.IGNORECASE)
_COMMON = re.compile(
    r"^(?:introduction|summary|overview|notes?|references|common mistakes|小结|总结|引言)\b", re.IGNORECASE
)
_POWER = r"10\s*\^\s*\(?[-−+]?\d+\)?"
_NUMBER = rf"(?:{_POWER}|[-−]?\d+(?:\.\d+)?(?:\s*(?:e[-−+]?\d+|[x×*]\s*{_POWER}))?)"
_VALUE = re.compile(
    rf"(?<![A-Za-z_/*^])(?P<symbol>[A-Za-z]+(?:_[A-Za-z0-9]+)?)\s*[=≈]\s*(?P<pi>\d+\s*pi\b\s*×?\s*)?(?P<number>{_NUMBER})"
    r"(?P<after>[^.;,=]{0,14})"
)
_UNITS = r"(?:[pnuμµmkMG]?(?:V|A|C|F|H|S|Ω|ohm|T|Wb|W|J|N|Pa|Hz|m|s|g|eV|K|Np|dB|rad)\b|°|%|degrees\b)"
_MEASURED = re.compile(rf"(?<![\w.])(?:{_NUMBER})(?=\s*{_UNITS})")
_MATH = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z]+(?:_[A-Za-z0-9]+)*|\d+(?:\.\d+)?|[-−]")


@dataclass(frozen=True, slots=True)
class Said:
    """what: shown to the reader; key: equal where two places speak of one thing; value: equal where they agree."""

    what: str
    key: tuple[str, ...]
    value: tuple[object, ...]
    place: str


def contradictions(chunks: Sequence[Chunk]) -> list[str]:
    """One remark for each thing of which two places say different things, both named."""
    first: dict[tuple[str, ...], list[Said]] = {}
    out = []
    for said in (said for chunk in chunks for rule in (_constants, _sentences, _formulas) for said in rule(chunk)):
        known = first.setdefault(said.key, [])
        if any(said.place == other.place or not _differ(said, other) for other in known):
            continue
        if known:
            out.append(f'{said.place} says "{said.what}", but {known[0].place} says "{known[0].what}"')
        known.append(said)
    return out


def _place(chunk: Chunk) -> str:
    return f"{chunk.source} > {chunk.heading}" if chunk.heading else chunk.source


def _plain(text: str) -> str:
    """Formulas in letters: `$8.854\\times10^{-12}$` -> `8.854 × 10^-12`."""
    text = text.replace("\\times", "×").replace("\\cdot", "×").replace("\\,", " ").replace("\\pi", " pi ")
    text = re.sub(r"\\[dt]?frac\s*(\d)\s*(\d)", r" \1 \2 ", text.replace("\\tfrac", "\\frac"))
    return normalise_symbols(re.sub(r"\\(?:mathrm|text)\s*\{([^{}]*)\}", r"\1", text)).replace("$", " ")


def _constants(chunk: Chunk) -> Iterator[Said]:
    for found in _VALUE.finditer(_plain(chunk.text)):
        unit = CONSTANTS.get(found["symbol"])
        shown = re.match(rf"\s*{unit}", found["after"]) if unit else None
        if shown:
            factor = float(found["pi"].split("pi")[0]) * pi if found["pi"] else 1.0
            value, digits = _value(found["number"])
            what = " ".join(f"{found[0].removesuffix(found['after'])} {shown[0]}".split())
            yield Said(
                what, ("constant", found["symbol"]), (value * factor, 4 if found["pi"] else digits), _place(chunk)
            )


def _value(number: str) -> tuple[float, int]:
    """(value, significant digits) of a number as written."""
    mantissa, *power = re.split(r"\s*(?:e|[x×*]\s*10\s*\^|10\s*\^)\s*", number.replace("−", "-"))
    exponent = int(power[0].strip("()")) if power and power[0] else 0
    return float(mantissa or 1) * 10.0**exponent, len(re.sub(r"\D", "", mantissa).lstrip("0")) or 1


def _sentences(chunk: Chunk) -> Iterator[Said]:
    if _EXAMPLE.search(chunk.heading):
        return
    for block in chunk.text.split("\n\n"):
        for sentence in sentences(block):
            plain = _plain(sentence)
            numbers = tuple(_value(found) for found in _MEASURED.findall(plain))
            masked = " ".join(_MEASURED.sub(" # ", plain).split())
            quoted = '"' in sentence or "“" in sentence or "|" in sentence
            if numbers and not quoted and len(masked.split()) >= SHORTEST:
                flat = tuple(part for number in numbers for part in number)
                yield Said(shorten(" ".join(sentence.split()), 160), ("sentence", masked), flat, _place(chunk))


def _formulas(chunk: Chunk) -> Iterator[Said]:
    name = chunk.heading.rpartition(" > ")[2]
    if not name or _EXAMPLE.search(chunk.heading) or _COMMON.match(name):
        return
    for block in _MATH.findall(chunk.text):
        for formula in re.split(r"\\qquad|\\quad|\\\\", block):
            left, _, right = _plain(formula).partition("=")
            tokens = _TOKEN.findall(right)
            symbols = sorted(token for token in tokens if token[0].isalpha())
            if len(left.split()) == 1 and symbols:
                numbers = sorted(token for token in tokens if not token[0].isalpha() and token != "1")
                key = ("formula", name.casefold(), left.strip(), *symbols)
                yield Said(" ".join(formula.split()), key, tuple(numbers), _place(chunk))


def _differ(one: Said, other: Said) -> bool:
    if one.key[0] == "formula":
        return one.value != other.value
    return any(not _agree(a, b) for a, b in zip(_pairs(one.value), _pairs(other.value), strict=False))


def _pairs(value: Iterable[object]) -> list[tuple[float, int]]:
    flat = list(value)
    return [(float(str(a)), int(str(b))) for a, b in zip(flat[::2], flat[1::2], strict=True)]


def _agree(one: tuple[float, int], other: tuple[float, int]) -> bool:
    """Whether two values are one value, rounded to the digits of the coarser."""
    coarse, fine = sorted((one, other), key=lambda pair: pair[1])
    if coarse[0] == 0 or fine[0] == 0:
        return coarse[0] == fine[0]
    step = 10.0 ** (floor(log10(abs(coarse[0]))) - coarse[1] + 1)
    return abs(coarse[0] - fine[0]) <= step * 0.51
