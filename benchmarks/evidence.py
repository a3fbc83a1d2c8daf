"""How often evidence decides rightly whether a question can be answered, as Markdown tables for docs/guide/evidence.md.

    python benchmarks/evidence.py               cross-validated on the training samples; the labelled questions
    python benchmarks/evidence.py --benchmarks  also the benchmarks, which nothing here was chosen on
    python benchmarks/evidence.py --errors      also every question that is decided wrongly, but of what is held none
    python benchmarks/evidence.py --fit-prior   writes the weights to start from, fitted on the development questions

Folds never part a sample from its near-miss partner. Words that the course's questions have in common are taken from
the other folds as well.
"""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tutorsmith.data.read import read_benchmark, read_samples
from tutorsmith.data.schema import Message, Sample
from tutorsmith.evidence import decide
from tutorsmith.evidence.classifier import Softmax, blank, fit
from tutorsmith.evidence.course import Course, asked_words
from tutorsmith.evidence.decide import (
    ANSWER,
    CLASSES,
    PULL,
    Decider,
    fit_decider,
    kind_of,
    prior,
    question_of,
    rows_of,
)
from tutorsmith.evidence.features import Evidence, evidence_of
from tutorsmith.retrieval.index import Index, open_index

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data" / "training"
CASES = ROOT / "tests" / "cases" / "evidence.json"
DECISIONS = {
    name: ROOT / "tests" / "cases" / f"{file}.json"
    for name, file in (("writing decisions", "writing_decisions"), ("em decisions", "em_decisions"))
}
REFUSALS = ROOT / "tests" / "cases" / "refusals.json"
_SPEAKS_OF_NOTES = re.compile(r"excerpt|notes|passage|provided|\[\d|according to|摘录|笔记|资料", re.IGNORECASE)
FOLDS = 10
PRIOR_PULL = 1.0
EVERY = 4
"""Of the short questions every fourth, so that they do not outvote the labelled ones."""
SHORT = {
    ANSWER: "answer",
    "missing_parameters": "missing",
    "insufficient_context": "insufficient",
    "out_of_scope": "scope",
}
SETS = {"writing decisions": ("", "second ", "third "), "em decisions": ("", "second ", "third ")}
"""Of the decisions; each was written after the tables had been widened for those before it."""
GROUPS = {
    "labelled, development": None,
    "writing decisions, dev": "decision-",
    "writing decisions, second dev": "second-",
    "writing decisions, third dev": "third-",
    "em decisions, dev": "em-decision-",
    "em decisions, second dev": "em-second-",
    "em decisions, third dev": "em-third-",
    "short questions": "short-",
}
STAGES = {
    "style": (("style_sft", "style_sft_extended"), ("em",)),
    "writing": (("writing_sft", "writing_sft_extended"), ("writing",)),
    "tool": (("tool_sft",), ("em", "writing")),
    "multi_turn": (("multi_turn_sft",), ("em", "writing")),
}
BENCHMARKS = {
    "style": ("style_benchmark_extended", ("em",)),
    "writing": ("writing_benchmark_extended", ("writing",)),
}


@dataclass(frozen=True)
class Outcome:
    """One question: what is true, what was decided, and how probable a refusal is."""

    sample: Sample
    decided: str
    refuses: float

    @property
    def true(self) -> str:
        return self.sample.refusal_type or ANSWER


def index_of(notes: Sequence[str], language: str = "en") -> Index:
    base = DATA / "zh" if language == "zh" else DATA
    return open_index([base / "knowledge" / name for name in notes])


def samples_of(files: Sequence[str], language: str = "en") -> list[Sample]:
    base = DATA / "zh" if language == "zh" else DATA
    return [sample for name in files for sample in read_samples(base / "processed" / f"{name}.jsonl")]


def labelled(part: str, course: str | None = None, cases: Path = CASES) -> list[tuple[str, Sample]]:
    """(course, question) of the labelled questions of a part."""
    rows = json.loads(cases.read_text(encoding="utf-8"))
    return [
        (
            row["course"],
            Sample(row["id"], "tutor", (Message("user", row["question"]),), row["refusal_type"], meta=row),
        )
        for row in rows
        if row["part"] == part and course in (None, row["course"])
    ]


def short_questions() -> list[tuple[str, Sample]]:
    """Questions of the cases of the refusal scorer, by what their answers do; beside the notes of both courses.

    Left out are those that both answers and refusals stand for, and those that speak of excerpts: a prompt holds some.
    """
    kinds: dict[str, set[str | None]] = {}
    for row in json.loads(REFUSALS.read_text(encoding="utf-8")):
        kinds.setdefault(row["question"], set()).add(row.get("kind") if row["refusal"] else None)
    return [
        ("both", Sample(f"short-{n}", "tutor", (Message("user", question),), next(iter(found))))
        for n, (question, found) in enumerate(kinds.items())
        if len(found) == 1 and not _SPEAKS_OF_NOTES.search(question)
    ]


def development() -> list[tuple[str, Sample]]:
    """(course, question) of all that the weights to start from are fitted on."""
    written = [
        pair for name, sets in SETS.items() for which in sets for pair in labelled(f"{which}dev", cases=DECISIONS[name])
    ]
    return [*labelled("dev"), *written, *short_questions()[::EVERY]]


def group_of(sample: Sample) -> str | None:
    """Of a development question what its id begins with; None for the labelled ones."""
    return next((start for start in GROUPS.values() if start and sample.id.startswith(start)), None)


def folds_of(samples: Sequence[Sample]) -> list[int]:
    """The fold of each sample; partners share one."""
    numbers: dict[str, int] = {}
    out = []
    for sample in samples:
        pair = sample.meta.get("pair")
        key = min(sample.id, str(pair)) if pair else sample.id
        out.append(numbers.setdefault(key, len(numbers)) % FOLDS)
    return out


def decided(decider: Decider, samples: Sequence[Sample]) -> list[Outcome]:
    made = [(sample, decider.decide(sample.messages)) for sample in samples]
    return [Outcome(sample, decision.kind or ANSWER, decision.refuses) for sample, decision in made]


def cross_validated(samples: Sequence[Sample], course: Course) -> list[Outcome]:
    """As `fit_decider` would decide on each fold after the others. Only the words that are known differ by fold."""
    questions = [question_of(sample.messages) for sample in samples]
    rows = rows_of([evidence_of(question, course) for question in questions])
    unknown = prior().features.index("unknown asked")
    folds, out = np.array(folds_of(samples)), []
    for fold in range(FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        answered = [samples[k].question for k in train if samples[k].refusal_type is None]
        known = course.with_asked(asked_words(answered))
        rows[:, unknown] = [known.unknown(question.asking) for question in questions]
        model = fit(rows[train], [samples[k].refusal_type or ANSWER for k in train], prior(), pull=PULL)
        chances = model.probabilities(rows[test])
        out += [Outcome(samples[k], kind_of(p) or ANSWER, float(1 - p[0])) for k, p in zip(test, chances, strict=True)]
    return out


def evidence_among(among: Sequence[tuple[str, Sample]]) -> list[tuple[str, Evidence]]:
    return [(course, evidence_of(question_of(sample.messages), COURSES[course])) for course, sample in among]


def fit_prior(among: Sequence[tuple[str, Sample]]) -> Softmax:
    """Weights from labelled questions beside the notes of their courses, held to zero."""
    found = [evidence for _, evidence in evidence_among(among)]
    labels = [sample.refusal_type or ANSWER for _, sample in among]
    return fit(rows_of(found), labels, blank(CLASSES, tuple(found[0].numbers)), pull=PRIOR_PULL)


def cross_validated_prior(among: Sequence[tuple[str, Sample]]) -> list[Outcome]:
    rows, labels = rows_of([found for _, found in evidence_among(among)]), [s.refusal_type or ANSWER for _, s in among]
    folds, out = np.array(folds_of([sample for _, sample in among])), []
    for fold in range(FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        model = fit(rows[train], [labels[k] for k in train], blank(CLASSES, prior().features), pull=PRIOR_PULL)
        chances = model.probabilities(rows[test])
        out += [Outcome(among[k][1], kind_of(p) or ANSWER, float(1 - p[0])) for k, p in zip(test, chances, strict=True)]
    return out


def summary(name: str, outcomes: Sequence[Outcome]) -> str:
    refused = [o for o in outcomes if o.true != ANSWER]
    answered = [o for o in outcomes if o.true == ANSWER]
    found = [o for o in refused if o.decided != ANSWER]
    hits, kept = len(found) / len(refused), sum(o.decided == ANSWER for o in answered) / len(answered)
    kinds = sum(o.decided == o.true for o in found) / len(found) if found else float("nan")
    wrongly = sum(o.decided != ANSWER for o in answered)
    cells = (
        name,
        len(outcomes),
        f"{(hits + kept) / 2:.3f}",
        f"{len(found)}/{len(refused)}",
        f"{wrongly}/{len(answered)}",
        f"{kinds:.3f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def confusion(outcomes: Sequence[Outcome]) -> str:
    lines = ["| true \\ decided | " + " | ".join(SHORT.values()) + " |", "|---" * (len(SHORT) + 1) + "|"]
    for true in CLASSES:
        cells = [sum(o.true == true and o.decided == told for o in outcomes) for told in CLASSES]
        lines.append(f"| {SHORT[true]} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


HEAD = """\
| questions | n | balanced | rightly refused | wrongly refused | right kind |
|---|---|---|---|---|---|"""
COURSES: dict[str, Course] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for flag in ("--benchmarks", "--errors", "--fit-prior"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    for course, files in (("em", STAGES["style"][0]), ("writing", STAGES["writing"][0])):
        asked = asked_words(s.question for s in samples_of(files) if s.refusal_type is None)
        COURSES[course] = Course(index_of([course]), asked)
        COURSES[f"{course}-zh"] = Course(index_of([course], "zh"))
    COURSES["both"] = Course(index_of(["em", "writing"]))
    if options.fit_prior:
        write_prior()
        return
    results = measured(options.benchmarks)
    print(HEAD)
    for name, outcomes in results.items():
        print(summary(name, outcomes))
    for name, outcomes in results.items():
        print(f"\n{name}:\n\n{confusion(outcomes)}")
        for outcome in outcomes if options.errors and not name.endswith("held") else ():
            if outcome.true != outcome.decided:
                change = f"{SHORT[outcome.true]} -> {SHORT[outcome.decided]}"
                print(f"    {outcome.sample.id} {change}: {outcome.sample.question[:160]!r}")


def measured(benchmarks: bool) -> dict[str, list[Outcome]]:
    """Outcomes by the name of what was asked."""
    results = {f"{stage}, cross-validated": stage_outcomes(stage) for stage in STAGES}
    results |= {f"{stage} (zh), cross-validated": stage_outcomes(stage, "zh") for stage in ("style", "writing")}
    short = cross_validated_prior(development())
    for name, start in GROUPS.items():
        results[f"{name}, cross-validated"] = [o for o in short if group_of(o.sample) == start]
    stages = {
        f"{course}{suffix}": trained(stage, language)
        for course, stage in (("em", "style"), ("writing", "writing"))
        for suffix, language in (("", "en"), ("-zh", "zh"))
    }
    for name, part, cases in (
        ("labelled, unseen", "unseen", CASES),
        ("labelled, held", "held", CASES),
        *((f"{name}, {which}held", f"{which}held", DECISIONS[name]) for name, sets in SETS.items() for which in sets),
    ):
        results[name] = [
            o for course in stages for o in decided(stages[course], [s for _, s in labelled(part, course, cases)])
        ]
    if benchmarks:
        for stage, (file, _) in BENCHMARKS.items():
            items = read_benchmark(DATA / "eval" / f"{file}.jsonl")
            results[f"{stage} benchmark"] = decided(trained(stage), items)
    return results


def stage_of(stage: str, language: str) -> tuple[Course, list[Sample]]:
    files, notes = STAGES[stage]
    samples = samples_of([f for f in files if language == "en" or "extended" not in f], language)
    return Course(index_of(notes, language)), samples


def stage_outcomes(stage: str, language: str = "en") -> list[Outcome]:
    course, samples = stage_of(stage, language)
    return cross_validated(samples, course)


def trained(stage: str, language: str = "en") -> Decider:
    course, samples = stage_of(stage, language)
    return fit_decider(course, samples)


def write_prior() -> None:
    model = fit_prior(development())
    file = Path(decide.__file__).with_name(decide.PRIOR)
    rows = [f'  "{label}": {json.dumps(weights)}' for label, weights in model.as_dict().items()]
    file.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    for name, weights in zip((*model.features, "bias"), np.transpose(model.weights), strict=True):
        print(f"| {name} | " + " | ".join(f"{w:+.2f}" for w in weights) + " |")


if __name__ == "__main__":
    main()
