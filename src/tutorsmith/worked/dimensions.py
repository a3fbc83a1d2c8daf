"""Which dimensions the symbols of an equation must have for its two sides to agree."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from tutorsmith.evaluation.metrics.formula_tree import Tree, symbols, value
from tutorsmith.evidence.quantities import Dimension

Powers = Mapping[str, float]
"""Exponents of the base dimensions; empty for a number."""
_LENGTHS = ("wavelength", "skin depth")
_MOST_COMBINATIONS = 96


class Misfit(ValueError):
    """The sides, or the terms of a sum, have different dimensions."""


def physical(dimension: Dimension) -> Dimension:
    """A dimension that is told as a unit, "1/m", as powers."""
    return (("[length]", -1.0),) if dimension == (("1/m", 1.0),) else dimension


def powers_of(dimension: Dimension) -> dict[str, float]:
    """Of a quantity; angles, cycles, levels and numbers of some kind have none."""
    if len(dimension) == 1 and dimension[0][0] in _LENGTHS:
        return {"[length]": 1.0}
    return {name: power for name, power in dimension if name.startswith("[")}


def dimension_of(tree: Tree, known: Mapping[str, Powers]) -> dict[str, float]:
    """Raises: Misfit; KeyError for a symbol that is not known."""
    kind = tree[0]
    if kind == "num":
        return {}
    if kind == "sym":
        return dict(known[tree[1]])
    if kind == "fn":
        if dimension_of(tree[2], known):
            raise Misfit(f"the argument of {tree[1]} is no number")
        return {}
    if kind == "pow":
        return _raised(tree[1], tree[2], known)
    parts = [dimension_of(part, known) for part in tree[1]]
    if kind == "mul":
        return _product(parts)
    if any(not same(part, parts[0]) for part in parts[1:]):
        raise Misfit("terms of different dimensions")
    return parts[0]


def _product(parts: Sequence[Powers]) -> dict[str, float]:
    out: dict[str, float] = {}
    for part in parts:
        for name, power in part.items():
            out[name] = out.get(name, 0.0) + power
    return {name: power for name, power in out.items() if abs(power) > 1e-9}


def _raised(base: Tree, exponent: Tree, known: Mapping[str, Powers]) -> dict[str, float]:
    inner = dimension_of(base, known)
    if dimension_of(exponent, known):
        raise Misfit("an exponent is no number")
    if not inner:
        return {}
    try:
        power = value(exponent, {}).real
    except KeyError:
        raise Misfit("a quantity with a unit is raised to a symbol") from None
    return {name: p * power for name, p in inner.items()}


def same(one: Powers, other: Powers) -> bool:
    return one.keys() == other.keys() and all(abs(one[name] - other[name]) < 1e-6 for name in one)


def fits(left: Tree, right: Tree, known: Mapping[str, Powers]) -> bool:
    """Whether both sides have one dimension."""
    try:
        return same(dimension_of(left, known), dimension_of(right, known))
    except Misfit:
        return False


def consistent(left: Tree, right: Tree, candidates: Mapping[str, Sequence[Dimension]]) -> dict[str, Dimension] | None:
    """The first choice of a dimension for each symbol with which the sides agree; the likeliest come first.

    A symbol that stands alone on one side gets the dimension of the other side when nothing told of it fits.
    """
    unknown = [name for name, found in candidates.items() if not found]
    if not unknown:
        for choice in itertools.islice(_choices(candidates), _MOST_COMBINATIONS):
            if fits(left, right, {name: powers_of(dimension) for name, dimension in choice.items()}):
                return choice
    for side, other in ((left, right), (right, left)):
        if side[0] == "sym" and side[1] not in symbols(other) and unknown in ([], [side[1]]):
            others = {name: found for name, found in candidates.items() if name != side[1]}
            if (made := _followed(side[1], other, others)) is not None:
                return made
    return None


def _followed(name: str, other: Tree, candidates: Mapping[str, Sequence[Dimension]]) -> dict[str, Dimension] | None:
    """The dimension of a symbol that equals what stands on the other side."""
    for choice in itertools.islice(_choices(candidates), _MOST_COMBINATIONS):
        try:
            made = dimension_of(other, {n: powers_of(dimension) for n, dimension in choice.items()})
        except Misfit:
            continue
        return {**choice, name: tuple(sorted(made.items()))}
    return None


def _choices(candidates: Mapping[str, Sequence[Dimension]]) -> Iterator[dict[str, Dimension]]:
    """All choices, those first that change the fewest symbols from their likeliest dimension."""
    names = list(candidates)
    ranks = sorted(itertools.product(*(range(min(len(candidates[n]), 3)) for n in names)), key=sum)
    for rank in ranks:
        yield {name: candidates[name][k] for name, k in zip(names, rank, strict=True)}
