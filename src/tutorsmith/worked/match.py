"""How well a value of the question fits a symbol of an equation, as a cost; None where it cannot be the one."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutorsmith.data.words import words
from tutorsmith.evidence.cues import signs
from tutorsmith.evidence.given import LENGTH
from tutorsmith.evidence.needs import Solver
from tutorsmith.evidence.quantities import Dimension, dimension_of_unit
from tutorsmith.evidence.question import Question
from tutorsmith.tools.constants import CONSTANTS
from tutorsmith.worked.held import Held, comparable_dimensions
from tutorsmith.worked.sorts import DIAMETER, INNER, OUTER, RADIUS, agree, index_fits, sorts_in
from tutorsmith.worked.typed import ABSOLUTE, Typed, plain

_SAME_SYMBOL, _OTHER_SYMBOL = -0.2, 0.15
_SAME_SORT, _NEAR_SORT, _OTHER_SORT = -0.25, -0.05, 0.8
_CALLED = -0.3
_WORD, _MOST_WORDS = -0.1, 3
_CONVERTED, _DEFAULT = 0.1, 0.1
_UNNAMED = 0.25
"""A bare number for a symbol of which neither question nor notes say that it is one of that kind."""
_KINDS = {"epsilon": "permittivity", "mu": "permeability"}
_SPEED = CONSTANTS["c"][0]
_HERTZ: Dimension = dimension_of_unit("Hz")
_OMEGA: Dimension = dimension_of_unit("rad/s")
_AREA: Dimension = (("[length]", 2.0),)
_WAVELENGTH: Dimension = (("wavelength", 1.0),)
_OF_MEDIUM: tuple[Dimension, ...] = ((("permittivity", 1.0),), (("index", 1.0),))
_MATERIALS: tuple[Dimension, ...] = (*_OF_MEDIUM, (("permeability", 1.0),))
_CONDUCTIVITY: Dimension = dimension_of_unit("S/m")
_ANGLE: Dimension = (("angle", 1.0),)
_ROUND = re.compile(r"\b(?:round|circular|wire|disk|disc|loop|dish|rod|cylind\w*)\b|圆|导线", re.IGNORECASE)
_ROW = ("a", "b", "d")
"""Symbols of the sides of a box, as notes write "a by b by d"."""
_PEAK = re.compile(r"\b(?:peaks?|amplitude|maximum|largest|greatest)\b|峰值|幅值|振幅|最大", re.IGNORECASE)
_CHANGES = re.compile(
    r"\b(?:chang|fall|falls|drop|ris|increas|decreas|grow|reduc|switch)\w*\b|变化|增加|减小|下降|上升", re.IGNORECASE
)
_MODE = re.compile(r"T[EM]\s?_?\{?(?P<m>\d)(?P<n>\d)(?P<p>\d)?\}?")
_MODES = ("m", "n", "p")
"""Numbers of a mode of a waveguide, which are no values of their own."""
_PARTICLES = {"electron": ("q_e", "m_e"), "proton": ("q_e", "m_p"), "电子": ("q_e", "m_e"), "质子": ("q_e", "m_p")}


@dataclass(frozen=True, slots=True)
class Known:
    """A number for a symbol, in SI base units; held: the values of the question that it comes from; place: where in the
    question it stands, to see what is first and what second."""

    number: float
    text: str
    held: frozenset[int]
    cost: float
    place: int = 0


_AREA_SIDES = ({"width", "thickness"}, {"width", "height"}, {"side", "height"}, {"length", "width"})


def si_text(number: float, unit: str) -> str:
    return f"{number:.6g} {unit}".strip()


@dataclass(frozen=True)
class Setting:
    """What the wording of a question says of free space, directions, particles and modes."""

    free: frozenset[str]
    directed: bool
    particle: tuple[str, str] | None
    round: bool
    mode: dict[str, int]
    air: int
    vacuum: bool
    equal: bool
    peak: bool
    kinds: frozenset[str]
    free_waves: tuple[str, ...]

    @classmethod
    def of(cls, question: Question, solver: Solver) -> "Setting":
        text = question.own
        found = _MODE.search(text)
        mode = {k: int(v) for k, v in found.groupdict().items() if v} if found else {}
        particle = next((made for word, made in _PARTICLES.items() if word in text.lower()), None)
        space = re.search(r"\bair\b|\bfree space\b|\bvacuum\b|空气|真空|自由空间", text, re.IGNORECASE)
        round_ = bool(_ROUND.search(text))
        directed = bool(signs("direction", text))
        medium = "epsilon" not in solver.free or any(g.dimension in _OF_MEDIUM for g in solver.given)
        waves = ("lambda_0",) if medium else ("lambda", "lambda_0")
        kinds = frozenset(kind for kind, words_ in (("peak", _PEAK), ("rate", _CHANGES)) if words_.search(text))
        return cls(
            solver.free,
            directed,
            particle,
            round_,
            mode,
            space.start() if space else 0,
            space is not None,
            solver.equal,
            bool(_PEAK.search(text)),
            kinds,
            waves,
        )


def options(symbol: str, typed: Typed, held: Sequence[Held], setting: Setting) -> list[Known]:
    """The values of the question, and constants of its setting, that may stand for a symbol; the best first."""
    dimension = typed.dimensions[symbol]
    found = [known for one in held for known in _from_held(one, symbol, dimension, typed, setting)]
    found += _from_setting(symbol, dimension, typed, held, setting)
    if dimension == _AREA:
        found += _areas(held)
    return sorted(found, key=lambda known: known.cost)


def _areas(held: Sequence[Held]) -> Iterator[Known]:
    """Areas of two lengths: a width and a thickness, "30 cm by 20 cm"."""
    for one, other in itertools.combinations([h for h in held if h.dimension == LENGTH], 2):
        rows = (one.row, other.row) == (0, 1)
        if rows or {one.sort, other.sort} in _AREA_SIDES:
            number = one.number * other.number
            yield Known(number, si_text(number, "m^2"), frozenset((one.order, other.order)), 2 * _CONVERTED, one.start)


def _from_held(one: Held, symbol: str, dimension: Dimension, typed: Typed, setting: Setting) -> Iterator[Known]:
    cost = _fit(one.dimension, dimension)
    if {"m", "n"} <= set(typed.symbols) and symbol in _MODES and one.symbol != symbol:
        return
    own = frozenset((one.order,))
    if cost is not None:
        sort = sort_of(symbol, typed)
        number, text = one.number, one.text
        if one.sort == DIAMETER and sort in (RADIUS, INNER, OUTER):
            number, text, cost = number / 2, si_text(number / 2, "m"), cost + _CONVERTED
            yield Known(number, text, own, cost + _wording(one, symbol, typed), one.start)
        elif not (one.sort in (RADIUS, INNER, OUTER) and sort == DIAMETER):
            yield Known(number, text, own, cost + _sorted(one.sort, sort) + _wording(one, symbol, typed), one.start)
        return
    base = plain(symbol).split("_")[0]
    if base in ABSOLUTE and one.dimension == ((_KINDS[base], 1.0),) and dimension == dimension_of_unit(ABSOLUTE[base]):
        number = one.number * CONSTANTS["epsilon_0" if base == "epsilon" else "mu_0"][0]
        yield Known(number, si_text(number, ABSOLUTE[base]), own, _CONVERTED / 2, one.start)
    elif comparable_dimensions(one.dimension, _HERTZ) and dimension == _OMEGA:
        yield Known(2 * math.pi * one.number, si_text(2 * math.pi * one.number, "rad/s"), own, _CONVERTED, one.start)
    elif one.dimension == _HERTZ and dimension == _WAVELENGTH and symbol in setting.free_waves:
        yield Known(_SPEED / one.number, si_text(_SPEED / one.number, "m"), own, 2 * _CONVERTED, one.start)
    elif dimension == _AREA and one.dimension == LENGTH and one.sort in (RADIUS, DIAMETER) and setting.round:
        radius = one.number / (2 if one.sort == DIAMETER else 1)
        yield Known(math.pi * radius**2, si_text(math.pi * radius**2, "m^2"), own, 3 * _CONVERTED, one.start)


def _from_setting(
    symbol: str, dimension: Dimension, typed: Typed, held: Sequence[Held], setting: Setting
) -> Iterator[Known]:
    base = plain(symbol).split("_")[0].rstrip("'")
    none: frozenset[int] = frozenset()
    doubt = 0.0 if setting.vacuum else _DEFAULT
    if base == "epsilon" and any(one.dimension == _CONDUCTIVITY for one in held):
        doubt += _OTHER_SORT  # a conductor is no free space
    if base in ("epsilon", "n") and not symbol[-1].isdigit() and any(one.dimension in _OF_MEDIUM for one in held):
        doubt += _OTHER_SORT  # that of the medium is given
    kind = _KINDS.get(base, "index" if base == "n" else "")
    if {"m", "n"} <= set(typed.symbols) and symbol in _MODES:
        if symbol in setting.mode:
            yield Known(float(setting.mode[symbol]), str(setting.mode[symbol]), none, -0.1)
    elif base in setting.free and kind and dimension == ((kind, 1.0),):
        yield Known(1.0, "1", none, doubt, setting.air)
    elif base in setting.free and base in ABSOLUTE and dimension == dimension_of_unit(ABSOLUTE[base]):
        number = CONSTANTS["epsilon_0" if base == "epsilon" else "mu_0"][0]
        yield Known(number, si_text(number, ABSOLUTE[base]), none, doubt, setting.air)
    elif base == "eta" and base in setting.free and dimension == dimension_of_unit("ohm"):
        yield Known(CONSTANTS["eta_0"][0], si_text(CONSTANTS["eta_0"][0], "ohm"), none, doubt + _DEFAULT, setting.air)
    elif (
        dimension == _ANGLE and setting.directed and _only_sine(typed) and not any(o.dimension == _ANGLE for o in held)
    ):
        yield Known(math.pi / 2, "90 degree", none, _DEFAULT)
    elif setting.particle and symbol in ("q", "m"):
        name = setting.particle[symbol == "m"]
        yield Known(CONSTANTS[name][0], si_text(*CONSTANTS[name]), none, 0.0)
    elif dimension == _ANGLE and setting.peak and _only_cosine(typed) and not any(o.dimension == _ANGLE for o in held):
        yield Known(0.0, "0 degree", none, _DEFAULT)


def _only_sine(typed: Typed) -> bool:
    return "\\sin" in typed.equation.latex and "\\cos" not in typed.equation.latex


def _only_cosine(typed: Typed) -> bool:
    return "\\cos" in typed.equation.latex and "\\sin" not in typed.equation.latex


def _fit(given: Dimension, wanted: Dimension) -> float | None:
    """Numbers of a kind fit those of the same kind, and with a doubt those of none."""
    if is_number(given) and is_number(wanted):
        if given == wanted:
            return 0.0 if given else _UNNAMED
        return _UNNAMED if (not given or not wanted) and given not in _MATERIALS else None
    if is_number(given) or is_number(wanted):
        return None
    return 0.0 if comparable_dimensions(given, wanted) else None


def is_number(dimension: Dimension) -> bool:
    kinds = ("angle", "level", "wavelength", "skin depth")
    return not dimension or (
        len(dimension) == 1 and not dimension[0][0].startswith("[") and dimension[0][0] not in kinds
    )


def sort_of(symbol: str, typed: Typed) -> str | None:
    """The sort of length that the notes call a symbol."""
    if typed.dimensions[symbol] not in (LENGTH, _WAVELENGTH):
        return None
    return next((found[-1][2] for name in typed.names.get(symbol, ()) if (found := sorts_in(name))), None)


def _sorted(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return 0.0
    if one == other:
        return _SAME_SORT
    if {one, other} == {INNER, OUTER}:
        return 0.1
    return _NEAR_SORT if agree(one, other) else _OTHER_SORT


def _wording(one: Held, symbol: str, typed: Typed) -> float:
    """What symbols and names beside the value say."""
    cost = 0.0
    if one.symbol is not None:
        if one.symbol in (symbol, plain(symbol)):
            return _SAME_SYMBOL
        if one.symbol in typed.symbols:
            return _OTHER_SORT
        cost = _OTHER_SYMBOL
    fitting = index_fits(plain(symbol).partition("_")[2], one.beside)
    if fitting is not None:
        cost += _SAME_SORT if fitting else -_SAME_SORT
    if one.row is not None and symbol in _ROW:
        cost += _NEAR_SORT if _ROW.index(symbol) == min(one.row, 2) else _OTHER_SORT
    named = {word for name in typed.names.get(symbol, ())[:3] for word in words(name)}
    cost += _WORD * min(len(named & one.words), _MOST_WORDS)
    if _called(symbol, typed, one):
        return cost + _CALLED
    alike = (s for s in typed.symbols if s != symbol and typed.dimensions[s] == typed.dimensions[symbol])
    return cost - (_CALLED if any(_called(s, typed, one) for s in alike) else 0.0)


def _called(symbol: str, typed: Typed, one: Held) -> bool:
    """Whether the words beside a value hold a name of several words that the notes give a symbol."""
    return any(" " in name and set(words(name)) <= one.words for name in typed.names.get(symbol, ()))
