"""How many planted defects `tutorsmith check` finds, kind by kind, and what it says of right but unusual files.

    python benchmarks/planted.py [--bases 3] [--missed]

Each plant of `planted_defects.py` (one record) and `planted_pairs.py` (records against each other and against a
benchmark) is put into shipped records, one at a time, and the file is checked. Recall: plants reported under their own
kind. Precision: of the findings of a kind, those where that kind was planted. Right files must be silent.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from planted_defects import PLANTS, planted
from planted_pairs import FILE_PLANTS, LEAKS, NO_LEAKS, NO_REPEATS, REPEATS, pair_files, repeat_file
from planted_unusual import UNUSUAL

from tutorsmith.data.checks import CHECKS
from tutorsmith.pipeline.check import check

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data/training/processed/style_sft.jsonl"
ITEMS = ROOT / "data/training/eval/style_benchmark.jsonl"
# One defect may rightly be told under a second name: a copied answer lacks its sections as well.
COMPANIONS = frozenset(
    (
        *("required-sections", "schema", "meta-mismatch", "turn-order", "null-content", "unknown-role", "missing-id"),
        *("no-answer-key", "placeholder-answer", "duplicate-id", "refusal-mismatch", "refusal-kind", "zero-width"),
        *("language-mismatch", "empty-answer"),
    )
)


class Outcome(NamedTuple):
    """found, missed: plants by kind; beside: where a kind was reported and not planted; right: number of right files;
    alarms: what was reported of them."""

    found: Counter[str]
    missed: dict[str, list[str]]
    beside: dict[str, list[str]]
    right: int
    alarms: list[str]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def kinds_of(data: bytes, folder: Path, *, item: bool) -> set[str]:
    file = folder / "planted.jsonl"
    file.write_bytes(data)
    result = check([] if item else [file], [file] if item else [])
    return {finding.kind for finding in result.findings}


def _note(outcome: Outcome, kind: str, about: str, kinds: set[str]) -> None:
    if kind in kinds:
        outcome.found[kind] += 1
    else:
        outcome.missed[kind].append(about)
    for other in kinds - {kind} - COMPANIONS:
        outcome.beside[other].append(f"{kind}: {about}")


def run(bases: int, folder: Path) -> Outcome:
    """All plants and all right files."""
    outcome = Outcome(Counter(), defaultdict(list), defaultdict(list), 0, [])
    samples = [row for row in rows(SAMPLES) if row["refusal_type"] is None][:bases]
    items = [row for row in rows(ITEMS) if row["refusal_type"] is None][:bases]
    for kind, plants in PLANTS.items():
        for plant in plants:
            for row in items if plant.item else samples:
                _note(outcome, kind, plant.about, kinds_of(planted(plant, row) + b"\n", folder, item=plant.item))
    for kind, about, data in FILE_PLANTS:
        _note(outcome, kind, about, kinds_of(data, folder, item=False))
    for kind, about, first, second in REPEATS:
        _note(outcome, kind, about, kinds_of(repeat_file(first, second), folder, item=False))
    for kind, about, train, bench in LEAKS:
        found = check(*pair_files(train, bench, folder))
        _note(outcome, kind, about, {finding.kind for finding in found.findings})
    return _right(outcome, folder)


def _right(outcome: Outcome, folder: Path) -> Outcome:
    """Files that are unusual or alike, and right."""
    right = 0
    for about, data in UNUSUAL:
        right += 1
        outcome.alarms.extend(f"{about}: {kind}" for kind in sorted(kinds_of(data, folder, item=False)))
    for about, first, second in NO_REPEATS:
        right += 1
        outcome.alarms.extend(
            f"{about}: {kind}" for kind in sorted(kinds_of(repeat_file(first, second), folder, item=False))
        )
    for about, train, bench in NO_LEAKS:
        right += 1
        found = check(*pair_files(train, bench, folder))
        outcome.alarms.extend(f"{about}: {finding.kind}" for finding in found.findings)
    return outcome._replace(right=right)


def table(outcome: Outcome) -> str:
    lines = ["| kind | planted | found | recall | reported elsewhere | precision |", "|---|---|---|---|---|---|"]
    for kind in CHECKS:
        found, missed = outcome.found[kind], len(outcome.missed.get(kind, ()))
        if found + missed:
            beside = len(outcome.beside.get(kind, ())) + sum(alarm.endswith(f": {kind}") for alarm in outcome.alarms)
            precision = f"{found / (found + beside):.0%}" if found + beside else "–"
            lines.append(
                f"| `{kind}` | {found + missed} | {found} | {found / (found + missed):.0%} | {beside} | {precision} |"
            )
    total, all_ = sum(outcome.found.values()), sum(outcome.found.values()) + sum(map(len, outcome.missed.values()))
    lines += ["", f"{total} of {all_} plants found; {len(outcome.alarms)} findings in {outcome.right} right files."]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bases", type=int, default=3, help="shipped records that each defect is planted into")
    parser.add_argument("--missed", action="store_true", help="list what was missed, and what was reported elsewhere")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(given.bases, Path(folder))
    print(table(outcome))
    if given.missed:
        for kind, abouts in outcome.missed.items():
            print("missed", kind, sorted(set(abouts)))
        for kind, abouts in outcome.beside.items():
            print("beside", kind, sorted(set(abouts)))
        print("alarms", outcome.alarms)


if __name__ == "__main__":
    main()
