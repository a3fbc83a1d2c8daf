"""How often questions of the training samples get a calculation, and how often it is that of the teacher's answer.

python benchmarks/worked.py [--errors]

A question counts when the teacher's answer holds a result with a unit that is no value of the question. Samples are
split by a hash of their id: one half is looked at while the room is built, the other is only measured.
"""

import argparse
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.data.read import read_samples
from tutorsmith.data.schema import Sample
from tutorsmith.evaluation.metrics.units import Unit, comparable, parse_unit
from tutorsmith.evaluation.metrics.values import Value, values_of
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.decide import question_of
from tutorsmith.retrieval.index import open_index
from tutorsmith.worked import Calculation, Calculator, said

DATA = Path(__file__).parents[1] / "data" / "training"
FILES = ("style_sft", "style_sft_extended", "multi_turn_sft", "tool_sft")
_NAMES = {False: "seen", True: "held"}
_NEPER = 8.685889638
_CLOSE = 0.011
"""Relative difference of one result: 1 %, and the rounding of the teacher's third digit."""


@dataclass(frozen=True)
class Outcome:
    sample: Sample
    made: tuple[Calculation, ...]
    right: tuple[bool, ...]
    seconds: float


def held(sample: Sample) -> bool:
    """Whether the sample is only measured."""
    return int(hashlib.sha256(sample.id.encode()).hexdigest(), 16) % 2 == 1


def answer_of(sample: Sample) -> str:
    return next(m.content or "" for m in reversed(sample.messages) if m.role == "assistant")


def results_of(sample: Sample) -> list[Value]:
    """Numbers of the answer that the question does not give, with a unit or of three digits."""
    given = [v for text, values in question_of(sample.messages).valued for v in values]
    own = [v for v in values_of(answer_of(sample)) if not any(_same(v, g) for g in given)]
    return [v for v in own if v.unit.dimensions]


def _same(one: Value, other: Value) -> bool:
    near = abs(one.number - other.number) <= _CLOSE * abs(other.number)
    return near and comparable(one.unit, other.unit)


def stands(calculation: Calculation, answer: str) -> bool:
    """Whether the result stands in the answer, in whatever unit."""
    unit = parse_unit(re.sub(r"^1/(.+)$", r"\1^-1", calculation.unit.replace("*", "·")))
    if unit is None:
        return False
    number = calculation.value * unit.factor
    return any(_near(value, number, unit) for value in values_of(answer))


def _near(value: Value, number: float, unit: Unit) -> bool:
    """Without the sign, which words may tell; neper per metre are 1/m."""
    found = value.number
    plain = Unit(1.0, tuple(d for d in value.unit.dimensions if d[0] != "level"))
    if plain.dimensions != value.unit.dimensions:
        found /= _NEPER if value.unit.factor >= _NEPER else 1.0
    return (plain.dimensions == unit.dimensions or comparable(plain, unit)) and abs(
        abs(found) - abs(number)
    ) <= _CLOSE * abs(number)


def outcomes(samples: list[Sample], calculator: Calculator) -> Iterator[Outcome]:
    for sample in samples:
        start = time.perf_counter()
        made = calculator.calculate(question_of(sample.messages))
        seconds = time.perf_counter() - start
        yield Outcome(sample, made, tuple(stands(one, answer_of(sample)) for one in made), seconds)


def calculable(sample: Sample) -> bool:
    """Whether its teacher calculated: the question has values, the answer a result."""
    return sample.refusal_type is None and bool(question_of(sample.messages).measured) and bool(results_of(sample))


def report(name: str, found: list[Outcome], *, errors: bool) -> None:
    asked = [o for o in found if calculable(o.sample)]
    made = [o for o in asked if o.made]
    right = [o for o in made if all(r for c, r in zip(o.made, o.right, strict=True) if c.asked)]
    results = [r for o in asked for c, r in zip(o.made, o.right, strict=True) if c.asked]
    beside = [o for o in found if o.made and not calculable(o.sample)]
    precision = len(right) / len(made) if made else 0.0
    print(
        f"{name}: {len(asked)} questions, {len(made)} calculated, {len(right)} of them with the teacher's result: "
        f"precision {precision:.2f}, recall {len(right) / max(len(asked), 1):.2f}; "
        f"results {sum(results)}/{len(results)}; {len(beside)} of {len(found) - len(asked)} others got one; "
        f"slowest {max(o.seconds for o in found):.2f} s"
    )
    if errors:
        for outcome in asked:
            if outcome not in right:
                print(" ", outcome.sample.id, outcome.sample.question, "\n    ", said(outcome.made, {}, "en") or "-")
        for outcome in beside:
            print("  + ", outcome.sample.id, outcome.sample.question, "\n    ", said(outcome.made, {}, "en"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print what is missed and wrong in the half looked at")
    arguments = parser.parse_args()
    calculator = Calculator(Course(open_index([DATA / "knowledge" / "em"])))
    everything: dict[bool, list[Outcome]] = {False: [], True: []}
    for group in (FILES[:2], FILES[2:3], FILES[3:]):
        samples = [s for name in group for s in read_samples(DATA / "processed" / f"{name}.jsonl")]
        for half, found in everything.items():
            part = [s for s in samples if s.refusal_type is None and held(s) is half]
            made = list(outcomes(part, calculator))
            report(f"{'+'.join(group)} {_NAMES[half]}", made, errors=arguments.errors and not half)
            found += made
    for half, found in everything.items():
        report(f"all {_NAMES[half]}", found, errors=False)


if __name__ == "__main__":
    main()
