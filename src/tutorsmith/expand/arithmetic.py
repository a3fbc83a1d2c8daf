"""Is what an answer reckons right? Every equation with numbers is computed again where that can be done.

`$C = \\frac{8.85\\times10^{-12}\\times1.0}{1.0\\times10^{-3}} = 8.85\\ \\mathrm{nF}$` is a chain of sides; those that
have a value are compared in SI units. Symbols take the values that question and answer give them (`d = 1.0 mm`).

    verified      both sides have a value, and it is the same within the written digits
    wrong         both sides have a value, and they differ
    not checkable a symbol without value, or notation that is not read; nothing is said about it
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tutorsmith.data.plain_text import blank_code_and_math
from tutorsmith.evaluation.metrics.units import pattern as unit_pattern
from tutorsmith.expand.terms import GREEK, NoValue, Reader, Token, Value, plain, tokens

VERIFIED, WRONG, NOT_CHECKABLE = "verified", "wrong", "not checkable"
EXACT, ROUGH = 0.005, 0.02
"""Relative tolerance beside half a unit of the last digit: for `=`, where factors were rounded before, and for `≈`."""
_STEP_EXACT, _STEP_ROUGH = 0.02, 0.2
"""How much half a unit of the last digit may come to, relatively: 3 is no rounded 3.4 after an equals sign."""
_SHOWN = 160
_UNITS = "the units of the two sides differ"
_MATH = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$|\\\[(.+?)\\\]|\\\((.+?)\\\)", re.DOTALL)
_PIECE = re.compile(r"[;,。，；：:!?！？\n]|\.(?=\s|$)")
_RELATIONS = ("=", "≈")
_EPSILON, _MU = 8.8541878128e-12, 1.25663706212e-6
_CONSTANTS: Mapping[str, Value] = {
    "epsilon_0": Value(_EPSILON, _EPSILON, (("[current]", 2.0), ("[length]", -3.0), ("[mass]", -1.0), ("[time]", 4.0))),
    "mu_0": Value(_MU, _MU, (("[current]", -2.0), ("[length]", 1.0), ("[mass]", 1.0), ("[time]", -2.0))),
}


@dataclass(frozen=True, slots=True)
class Equation:
    """One step of a chain as it is written, with its verdict and the numbers behind it."""

    text: str
    verdict: str
    detail: str = ""
    result: Value | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    listed: tuple[Token, ...]
    relation: str
    """The sign before this side; empty for the first."""
    text: str
    """The whole piece as it is written."""
    prose: bool
    first: bool
    last: bool

    @property
    def name(self) -> str | None:
        """The symbol, where the side is nothing else; in prose, where it stands last before the sign."""
        if not self.listed or self.listed[-1].kind != "name":
            return None
        base = self.listed[-1].text.split("_")[0]
        if len(base) > 1 and base not in GREEK:
            return None  # a word, or a product such as VI
        alone = len(self.listed) == 1 or (
            self.prose and self.first and self.listed[-2].kind not in ("op", "num", "unit")
        )
        return self.listed[-1].text if alone else None

    def starts(self) -> Iterator[int]:
        """Where the arithmetic may begin: behind any word, in the first side of a sentence."""
        for start, token in enumerate(self.listed):
            before = self.listed[start - 1] if start else None
            word = before is None or (before.kind == "name" and len(before.text) > 1) or before.kind == "other"
            if start == 0 or (self.prose and self.first and word and token.kind in ("num", "op")):
                yield start

    def value(self, known: Mapping[str, Value]) -> Value | None:
        """None where there is no value to be had."""
        for start in self.starts():
            reader = Reader(list(self.listed[start:]), known, prose=self.prose)
            try:
                found = reader.sum()
            except (NoValue, ArithmeticError, ValueError, RecursionError):
                continue
            if reader.peek().kind == "end" or (self.prose and self.last):
                return found
        return None


def equations(answer: str, question: str = "") -> list[Equation]:
    """The steps of all chains of the answer that hold a number, in order; statements such as `d = 1.0 mm` are none."""
    chains = list(_chains(answer))
    known, doubtful = _bindings([*_chains(question), *chains])
    out: list[Equation] = []
    for chain in chains:
        out.extend(_steps(chain, {**_CONSTANTS, **known}))
    out.extend(
        Equation(f"{name}: {values}", NOT_CHECKABLE, "the text gives this symbol several values")
        for name, values in doubtful
    )
    return list({(step.text, step.verdict): step for step in out}.values())


def _chains(text: str) -> Iterator[list[_Side]]:
    for found in _MATH.finditer(text):
        inner = next(group for group in found.groups() if group is not None)
        behind = unit_pattern().match(text[found.end() : found.end() + 40].lstrip(" ~"))
        pieces = re.split(r"[;,](?![^(]*\))", plain(inner))
        for number, piece in enumerate(pieces):
            unit = behind.group() if behind and number == len(pieces) - 1 else ""
            yield from _chain(piece, shown=inner, unit=unit, prose=False)
    for piece in _PIECE.split(blank_code_and_math(text)):
        if any(sign in piece for sign in _RELATIONS) and re.search(r"\d", piece):
            yield from _chain(plain(piece), shown=piece, unit="", prose=True)


def _chain(piece: str, *, shown: str, unit: str, prose: bool) -> Iterator[list[_Side]]:
    parts = re.split(f"([{''.join(_RELATIONS)}])", piece)
    if len(parts) < 3:
        return
    sides = []
    for k in range(0, len(parts), 2):
        listed = tokens(parts[k])
        last = k == len(parts) - 1
        if last and unit and len(listed) >= 1 and not any(t.kind == "unit" for t in listed):
            listed.append(Token("unit", unit.strip()))
        sides.append(
            _Side(tuple(listed), parts[k - 1] if k else "", " ".join(shown.split())[:_SHOWN], prose, k == 0, last)
        )
    yield sides


def _bindings(chains: list[list[_Side]]) -> tuple[dict[str, Value], list[tuple[str, str]]]:
    """The symbols that are given one value, and those that are given several, which are not used."""
    found: dict[str, list[Value]] = {}
    for chain in chains:
        names = [side.name for side in chain if side.name]
        values = [value for side in chain if not side.name and (value := side.value(_CONSTANTS)) is not None]
        if len(set(names)) == 1 and values:
            found.setdefault(str(names[0]), []).append(values[-1])
    known, doubtful = {}, []
    for name, values in found.items():
        if all(_differ(values[0], value, rough=True) is None for value in values[1:]):
            known[name] = values[0]
        elif name not in _CONSTANTS:
            written = [value for value in values if value.step < 0.06 * abs(value.si)]  # two digits at least
            if len(written) > 1:
                doubtful.append((name, ", ".join(dict.fromkeys(f"{value.si:.4g}" for value in written))))
    return known, doubtful


def _steps(chain: list[_Side], known: Mapping[str, Value]) -> Iterator[Equation]:
    text = chain[0].text
    valued = [(k, value) for k, side in enumerate(chain) if not side.name and (value := side.value(known)) is not None]
    numbers = [found for side in chain if not side.name and (found := side.value({})) is not None]
    if not any(number.si for number in numbers):
        return  # no number, or a law that says that something is zero
    unread = [side for side in chain[1:] if not side.name and side.listed and side.value(known) is None]
    if len(valued) == 1:
        if unread or (len(numbers) == 1 and not numbers[0].step):
            yield Equation(text, NOT_CHECKABLE, "there is no value to compare with")
        return
    for (_, one), (right, other) in pairwise(valued):
        rough = any(side.relation == "≈" for side in chain[1 : right + 1])
        differs = _differ(one, other, rough=rough)
        used = sorted((one.symbols | other.symbols) - set(_CONSTANTS))
        put_in = f" with {', '.join(f'{n} = {known[n].si:.4g}' for n in used if n in known)}" if used else ""
        if differs is None:
            yield Equation(text, VERIFIED, f"{one.si:.4g}{put_in}", other)
        elif differs == _UNITS and (one.loose or other.loose):
            yield Equation(text, NOT_CHECKABLE, "letters that may be units or symbols")
        elif chain[0].prose and one.step and other.step:
            yield Equation(text, NOT_CHECKABLE, "two numbers and nothing reckoned")
        else:
            yield Equation(text, WRONG, f"{differs}{put_in}", other)


def _differ(one: Value, other: Value, *, rough: bool) -> str | None:
    """How two values differ, or None where they do not."""
    if one.hard and other.hard and one.hard != other.hard:
        return _UNITS
    pairs = [(one.si, other.si, True)]
    if not (one.dimensions and other.dimensions):
        pairs.append((one.raw, other.raw, False))
    for a, b, in_si in pairs:
        size = max(abs(a), abs(b))
        step = max(_step(one, in_si), _step(other, in_si))
        slack = min(step, (_STEP_ROUGH if rough else _STEP_EXACT) * size)
        if abs(a - b) <= max(slack, (ROUGH if rough else EXACT) * size) + 1e-300:
            return None
    return f"{one.si:.4g} is not {other.si:.4g}"


def _step(value: Value, in_si: bool) -> float:
    return value.step if in_si or not value.si else value.step * abs(value.raw / value.si)
