"""Does a question give enough numbers? From the relations of the notes, and from dimensions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from tutorsmith.evaluation.metrics.units import Unit, comparable
from tutorsmith.evidence.cues import kinds, signs
from tutorsmith.evidence.formulas import Formulary, Relation
from tutorsmith.evidence.given import LENGTH, OWN_LENGTHS, Given, givens, targets
from tutorsmith.evidence.materials import known_of
from tutorsmith.evidence.quantities import Dimension, dimension_of_name, dimension_of_unit, is_kind, word_of
from tutorsmith.evidence.question import Question

MATERIAL_SYMBOLS = {"epsilon": "permittivity", "mu": "permeability", "n": "index"}
_MATERIAL_KINDS: frozenset[Dimension] = frozenset({(("permittivity", 1.0),), (("permeability", 1.0),)})
_AREA: Dimension = (("[length]", 2.0),)
CHUNKS = 6
"""How many chunks that have the asked quantity are used."""
_CHAIN = 2
"""How many relations may stand behind each other: current from voltage, then flux from current."""
_WHOLE, _PAIR = 0.5, 2
"""What speaks for a relation of more than two symbols that takes just the values that are given."""
_FAR, _UNUSED, _COMMON, _DOUBT, _STEP = 1.5, 0.4, 1.0, 0.6, 0.2
"""What weighs against one missing quantity: a chunk that does not fit the question, a value without use, a relation
that is not from the notes (as far as a chunk that does not fit), a symbol of which the notes tell nothing, and a
quantity that must be derived first."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A relation with what its symbols are. `far`: 0 from the best chunk to 1 from one that does not fit."""

    symbols: tuple[str, ...]
    dimensions: tuple[Dimension | None, ...]
    names: tuple[str, ...]
    angles: frozenset[int]
    far: float
    one_way: bool = False

    @property
    def places(self) -> range:
        """Which of its symbols can follow from the others."""
        return range(1 if self.one_way else len(self.symbols))

    @property
    def needs(self) -> range:
        return range(len(self.symbols))


@dataclass(frozen=True, slots=True)
class Missing:
    """How well the best fitting relation is served: `count` quantities are lacking, `names` says which; `unused` values
    of the question have no place in it."""

    count: int
    names: tuple[str, ...]
    relation: Typed
    unused: frozenset[int]
    derived: int = 0

    @property
    def serves_all(self) -> bool:
        """Whether the question's values, all of them and nothing else, are what the relation takes."""
        return not (self.count or self.unused or self.derived) and len(self.relation.symbols) > _PAIR

    @property
    def cost(self) -> float:
        """How ill it fits the question; the least is the relation that is meant."""
        doubt = sum(dimension is None for dimension in self.relation.dimensions)
        return (
            self.count
            + _FAR * self.relation.far
            + _UNUSED * min(len(self.unused), 3)
            + _DOUBT * doubt
            + _STEP * self.derived
            - (_WHOLE if self.serves_all else 0.0)
        )


def dimension_in(formulary: Formulary, symbol: str, relation: Relation) -> Dimension | None:
    """As the notes say; a bare number keeps the kind that its names or its letter tell."""
    told = formulary.dimension(symbol, relation.chunk)
    names = formulary.names(symbol, relation.chunk)
    if told == LENGTH:
        return next((own for own in OWN_LENGTHS if any(own[0][0] in name for name in names[:2])), told)
    if told:
        return told
    if symbol in relation.angles:
        return (("angle", 1.0),)
    kind = MATERIAL_SYMBOLS.get(symbol.split("_")[0])
    if kind:
        return ((kind, 1.0),)
    named = (dimension_of_name(name) for name in names)
    return next((d for d in named if d), told)


class Solver:
    """What the relations of the notes can give from what a question gives.

    ranked: (position of a chunk, its search score), best first.
    """

    def __init__(self, question: Question, formulary: Formulary, ranked: Sequence[tuple[int, float]]) -> None:
        self.formulary, self.ranked = formulary, tuple(ranked)
        self.targets, self.given = targets(question), givens(question)
        text = f"{question.before} {question.own}"
        self.directed, self.particle = bool(signs("direction", text)), bool(signs("particle", text))
        self.free = self._free(text)
        self.extended = bool(signs("extent", text))
        self.equal = bool(signs("equal", text))

    def _free(self, text: str) -> frozenset[str]:
        """Which constants of the medium need not be given.

        All in free space; those of a second medium when the question names one only; permeability in all but magnetic
        materials; what a named material implies.
        """
        media = kinds("medium", text)
        vacuum = not media or bool(signs("free space", text))
        told = any(g.dimension[0][0] in ("permittivity", "index") for g in self.given if g.dimension)
        magnetic = signs("magnetic", text) and not signs("nonmagnetic", text)
        out = {"epsilon", "permittivity", "n", "index"} if vacuum or (told and len(media) == 1) else set()
        out |= set() if magnetic else {"mu", "permeability"}
        return frozenset(out | {"eta"} if vacuum else out) | known_of(text)

    @cached_property
    def relations(self) -> tuple[Typed, ...]:
        """Those of the best chunks that have the asked quantity, then the common ones.

        Without those that hold in a special direction only, where the general one stands among them.
        """
        out: list[Typed] = []
        best = self.ranked[0][1] if self.ranked else 1.0
        kept = 0
        for chunk, score in self.ranked:
            made = self._of_chunk(chunk, 1 - score / best if best else 1.0)
            if any(self._is_asked(r.dimensions[k]) for r in made for k in r.places):
                out += made
                kept += 1
            if kept == CHUNKS:
                break
        general = [_without_angles(r) for r in out if r.angles]
        return (*(r for r in out if r.angles or _without_angles(r) not in general), *common_relations())

    def _of_chunk(self, chunk: int, far: float) -> list[Typed]:
        return [self._typed(relation, far) for relation in self.formulary.relations.get(chunk, ())]

    def _typed(self, relation: Relation, far: float) -> Typed:
        return Typed(
            relation.symbols,
            tuple(self._dimension(symbol, relation) for symbol in relation.symbols),
            tuple(self._name(symbol, relation) for symbol in relation.symbols),
            frozenset(k for k, symbol in enumerate(relation.symbols) if symbol in relation.angles),
            far,
        )

    def best(self) -> Missing | None:
        """For the quantity that is asked first the relation that lacks least; None when no relation has it.

        Values that only serve a quantity asked besides are not unused.
        """
        answers = [found for target in self.targets if (found := self._best(target)) is not None]
        if not answers:
            return None
        unused = frozenset.intersection(*(found.unused for found in answers))
        return replace(answers[0], unused=unused)

    def _best(self, wanted: Dimension) -> Missing | None:
        found = []
        for order, relation in enumerate(self.relations):
            for target in relation.places:
                dimension = relation.dimensions[target]
                if dimension and _comparable(wanted, dimension):
                    missing = self._lacking(relation, target)
                    found.append((missing.cost, order, missing))
        return min(found, key=lambda entry: entry[:2])[2] if found else None

    def _dimension(self, symbol: str, relation: Relation) -> Dimension | None:
        return dimension_in(self.formulary, symbol, relation)

    def _is_asked(self, dimension: Dimension | None) -> bool:
        return bool(dimension) and any(_comparable(wanted, dimension) for wanted in self.targets)

    def _lacking(self, relation: Typed, target: int) -> Missing:
        lacking, left = self._uncovered(relation, target, self.given)
        out = []
        for k in lacking:
            after = self._derived(relation.dimensions[k], relation, target, left, _CHAIN)
            if after is None:
                out.append(k)
            else:
                left = after
        unused = frozenset(g.number for g in left if g.dimension not in _MATERIAL_KINDS)
        return Missing(len(out), tuple(relation.names[k] for k in out), relation, unused, len(lacking) - len(out))

    def _uncovered(self, relation: Typed, target: int, given: Sequence[Given]) -> tuple[list[int], list[Given]]:
        """(places without a value, values without a place); each value has one place."""
        left, out = list(given), []
        used: list[tuple[str, Dimension]] = []
        places = sorted((k for k in relation.needs if k != target), key=lambda k: not relation.dimensions[k])
        for k in places:
            symbol, dimension = relation.symbols[k], relation.dimensions[k]
            place = next((n for n, g in enumerate(left) if _fits(g.dimension, dimension)), None)
            base = symbol.split("_")[0]
            if place is not None:
                used.append((base, left[place].dimension))
                if left[place].dimension not in _MATERIAL_KINDS:  # the constants of a medium serve in every relation
                    del left[place]
            elif self.equal and any(b == base and _fits(d, dimension) for b, d in used):
                continue
            elif not self._known(symbol, dimension, k in relation.angles):
                out.append(k)
        return out, left

    def _known(self, symbol: str, dimension: Dimension | None, angle: bool) -> bool:
        """Constants of free space, charge and mass of a particle, a direction in words: they need not be given."""
        base = symbol.split("_")[0]
        if base in self.free and (not dimension or is_kind(dimension) or dimension in _material_units()):
            return True
        if angle:
            return self.directed
        return self.particle and base in ("q", "m", "C", "kg") and dimension is not None

    def _derived(
        self, wanted: Dimension | None, used: Typed, target: int, given: Sequence[Given], depth: int
    ) -> list[Given] | None:
        """The values that are left when another relation has given what is wanted, or None when none gives it."""
        if depth == 0 or not wanted or (wanted == _AREA and not self.extended):
            return None  # a distance is no extent: no area follows from it
        goal = used.dimensions[target]
        for relation in self.relations:
            if relation is used or goal in relation.dimensions:
                continue
            for k in relation.places:
                if not relation.dimensions[k] or not _comparable(relation.dimensions[k] or (), wanted):
                    continue
                lacking, left = self._uncovered(relation, k, given)
                for n in lacking:
                    after = self._derived(relation.dimensions[n], relation, k, left, depth - 1)
                    if after is None:
                        break
                    left = after
                else:
                    if len(left) < len(given):
                        return left
        return None

    def _name(self, symbol: str, relation: Relation) -> str:
        """As the notes call it, by the shortest name of its quantity; else the plain word for that, else the symbol."""
        wanted = self._dimension(symbol, relation)
        names = self.formulary.names(symbol, relation.chunk)
        if kind := MATERIAL_SYMBOLS.get(symbol.split("_")[0]):
            told = next((name for name in names if kind in name), f"the {kind}")
            return f"relative {kind}" if f"relative {kind}" in told else told
        fitting = [name for name in names if _fits_name(name, wanted)]
        return min(fitting, key=len) if fitting else word_of(wanted) or symbol


@cache
def _material_units() -> frozenset[Dimension]:
    """Of permittivity, permeability, intrinsic impedance, conductivity, and of the field at breakdown."""
    return frozenset(map(dimension_of_unit, ("F/m", "H/m", "ohm", "S/m", "V/m")))


def _fits_name(name: str, wanted: Dimension | None) -> bool:
    told = dimension_of_name(name)
    return bool(told and wanted) and _fits(told or (), wanted)


def _without_angles(relation: Typed) -> list[str]:
    """Sorted dimensions of a relation besides its angles."""
    return sorted(str(d) for k, d in enumerate(relation.dimensions) if k not in relation.angles)


def _word(unit: str) -> str:
    return word_of(dimension_of_unit(unit)) or unit


@cache
def common_relations() -> tuple[Typed, ...]:
    """The table of common.json."""
    table = json.loads(files(__package__).joinpath("common.json").read_text(encoding="utf-8"))
    return tuple(
        Typed(
            tuple(row),
            tuple(map(dimension_of_unit, row)),
            tuple(map(_word, row)),
            frozenset(),
            _COMMON,
            key == "one_way",
        )
        for key in ("relations", "one_way")
        for row in table[key]
    )


def _fits(given: Dimension, wanted: Dimension | None) -> bool:
    """A bare number may be any number; a symbol of which the notes say nothing takes any value."""
    if wanted is None:
        return True
    if not given or not wanted:
        return not (given or wanted) or is_kind(given or wanted)
    return _comparable(given, wanted)


@lru_cache(maxsize=65536)
def _comparable(one: Dimension, other: Dimension) -> bool:
    return comparable(Unit(1.0, one), Unit(1.0, other))
