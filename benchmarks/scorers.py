"""Agreement of key-point scorers with the labelled pairs of tests/cases/key_points.json, as a Markdown table.

    python benchmarks/scorers.py

The plain scorers see the wordings of a key point (the label, `any_of`, the formula or the quantity as written) and take
the best of them: containment of the text, recall of the longest common subsequence of words (ROUGE-L recall, Lin 2004)
and RapidFuzz's partial ratio.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rapidfuzz.fuzz import partial_ratio

from tutorsmith.evaluation import judge_key_point
from tutorsmith.evaluation.statistics import wilson

CASES = Path(__file__).parents[1] / "tests" / "cases" / "key_points.json"
ROUGE_THRESHOLD = 0.6
RATIO_THRESHOLD = 75.0
TOKEN = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")

KeyPoint = str | Mapping[str, Any]
Scorer = Callable[[KeyPoint, str], bool]


def wordings(key_point: KeyPoint) -> list[str]:
    """The wordings that a plain scorer looks for."""
    if isinstance(key_point, str):
        return [key_point]
    for field in ("any_of", "formula", "quantity", "text"):
        if value := key_point.get(field):
            return [value] if isinstance(value, str) else list(value)
    return []


def rouge_l_recall(wanted: str, answer: str) -> float:
    """Length of the longest common subsequence of words (Chinese: characters) over the length of the wording."""
    one, two = TOKEN.findall(wanted.lower()), TOKEN.findall(answer.lower())
    row = [0] * (len(two) + 1)
    for word in one:
        diagonal = 0
        for j, other in enumerate(two, 1):
            diagonal, row[j] = row[j], diagonal + 1 if word == other else max(row[j], row[j - 1])
    return row[-1] / len(one) if one else 0.0


def ours(key_point: KeyPoint, answer: str) -> bool:
    return judge_key_point(key_point, answer).covered is True


def substring(key_point: KeyPoint, answer: str) -> bool:
    return any(w.lower() in answer.lower() for w in wordings(key_point))


def rouge(key_point: KeyPoint, answer: str) -> bool:
    return any(rouge_l_recall(w, answer) >= ROUGE_THRESHOLD for w in wordings(key_point))


def fuzzy(key_point: KeyPoint, answer: str) -> bool:
    return any(partial_ratio(w.lower(), answer.lower()) >= RATIO_THRESHOLD for w in wordings(key_point))


SCORERS: dict[str, Scorer] = {
    "Tutorsmith": ours,
    "substring": substring,
    f"ROUGE-L recall, at least {ROUGE_THRESHOLD}": rouge,
    f"RapidFuzz partial ratio, at least {RATIO_THRESHOLD:.0f}": fuzzy,
}


def share(hits: int, of: int) -> str:
    """A percentage with its Wilson interval."""
    if not of:
        return "-"
    interval = wilson(hits / of, of)
    return f"{100 * hits / of:.1f} ({100 * interval.low:.1f}-{100 * interval.high:.1f})"


def row(name: str, cases: list[dict[str, Any]], scorer: Scorer) -> str:
    """One line of the table: accuracy, false accepts among the negatives, false rejects among the positives."""
    said = [(scorer(case["key_point"], case["answer"]), case["covered"]) for case in cases]
    right = sum(verdict == label for verdict, label in said)
    accepted = sum(verdict and not label for verdict, label in said)
    rejected = sum(label and not verdict for verdict, label in said)
    positives = sum(label for _, label in said)
    rates = (share(right, len(said)), share(accepted, len(said) - positives), share(rejected, positives))
    return f"| {name} | {len(said)} | " + " | ".join(rates) + " |"


def main() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    print("| scorer | pairs | accuracy % | false accept % | false reject % |\n|---|---|---|---|---|")
    for name, scorer in SCORERS.items():
        print(row(name, cases, scorer))
    print("\n| batch (Tutorsmith) | pairs | accuracy % | false accept % | false reject % |\n|---|---|---|---|---|")
    for part in dict.fromkeys(case["part"] for case in cases):
        print(row(part, [case for case in cases if case["part"] == part], ours))
    chinese = [case for case in cases if re.search("[\u4e00-\u9fff]", case["answer"])]
    print(row("Chinese answers", chinese, ours))


if __name__ == "__main__":
    main()
