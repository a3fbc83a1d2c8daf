"""How far the scorers agree with the labelled cases of tests/cases, beside plain scorers, as Markdown tables.

    python benchmarks/scorers.py [--seconds]

The plain scorers see the wordings of a key point (the label, `any_of`, the formula or the quantity as written) and take
the best of them: containment of the text, recall of the longest common subsequence of words (ROUGE-L recall, Lin 2004),
RapidFuzz's partial ratio, and Math-Verify (pip install "tutorsmith[bench]"), which reads formulas and numbers only. It
reads Greek letters as LaTeX commands, so the key point's are given to it as such.

--seconds also times 1,000 answers with four key points each in one process.
"""

import argparse
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from rapidfuzz.fuzz import partial_ratio

from tutorsmith.evaluation import judge_citations, judge_format, judge_key_point, judge_refusal, judge_tool_calls
from tutorsmith.evaluation.statistics import wilson

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
ROUGE_THRESHOLD = 0.6
RATIO_THRESHOLD = 75.0
TOKEN = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")
GREEK = re.compile(
    r"\b(alpha|beta|gamma|delta|epsilon|eta|theta|lambda|mu|pi|rho|sigma|tau|phi|omega|Phi|Omega|Gamma|Delta)(?=\b|_)"
)

KeyPoint = str | Mapping[str, Any]
Case = Mapping[str, Any]
Scorer = Callable[[KeyPoint, str], bool]
Judgement = tuple[bool, bool]
"""(what the scorer says, what the label says)"""


def cases_of(name: str) -> Any:
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


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


def math_verify(key_point: KeyPoint, answer: str) -> bool:
    """Whether an expression of the answer equals one of the wordings, by Math-Verify's own reading of both."""
    from math_verify import parse, verify

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    said = parse(answer)
    wanted = [GREEK.sub(r"\\\1 ", wording) for wording in wordings(key_point)]
    return any(verify(parse(f"${formula}$"), said) for formula in wanted)


SCORERS: dict[str, Scorer] = {
    "Tutorsmith": ours,
    "substring": substring,
    f"ROUGE-L recall, at least {ROUGE_THRESHOLD}": rouge,
    f"RapidFuzz partial ratio, at least {RATIO_THRESHOLD:.0f}": fuzzy,
    "Math-Verify": math_verify,
}


def share(hits: int, of: int) -> str:
    """A percentage with its Wilson interval."""
    if not of:
        return "-"
    interval = wilson(hits / of, of)
    return f"{100 * hits / of:.1f} ({100 * interval.low:.1f}-{100 * interval.high:.1f})"


def row(name: str, said: Sequence[Judgement]) -> str:
    """One line: accuracy, false accepts among the negatives, false rejects among the positives."""
    right = sum(verdict == label for verdict, label in said)
    accepted = sum(verdict and not label for verdict, label in said)
    rejected = sum(label and not verdict for verdict, label in said)
    positives = sum(label for _, label in said)
    rates = (share(right, len(said)), share(accepted, len(said) - positives), share(rejected, positives))
    return f"| {name} | {len(said)} | " + " | ".join(rates) + " |"


def table(what: str, rows: Sequence[str]) -> None:
    print(f"| {what} | cases | accuracy % | false accept % | false reject % |\n|---|---|---|---|---|")
    print("\n".join(rows) + "\n")


def judged(cases: Sequence[Case], scorer: Scorer) -> list[Judgement]:
    return [(scorer(case["key_point"], case["answer"]), case["covered"]) for case in cases]


KINDS = {"formula": "formulas", "quantity": "quantities"}


def kind_of(case: Case) -> str:
    point = case["key_point"]
    return next((name for field, name in KINDS.items() if not isinstance(point, str) and field in point), "phrases")


def is_chinese(text: str) -> bool:
    return bool(re.search("[\u4e00-\u9fff]", text))


def key_point_tables() -> None:
    cases = cases_of("key_points")
    verdicts = judged(cases, ours)
    table("scorer of key points", [row(name, judged(cases, scorer)) for name, scorer in SCORERS.items()])

    def part(name: str, keep: Callable[[Case], bool]) -> str:
        return row(name, [said for said, case in zip(verdicts, cases, strict=True) if keep(case)])

    kinds = [part(kind, lambda case, kind=kind: kind_of(case) == kind) for kind in ("phrases", *KINDS.values())]
    languages = [
        part("English answers", lambda case: not is_chinese(case["answer"])),
        part("Chinese answers", lambda case: is_chinese(case["answer"])),
    ]
    table("Tutorsmith on", [*kinds, *languages])
    formulas = [case for case in cases if kind_of(case) == "formulas"]
    table("on formulas", [row(name, judged(formulas, scorer)) for name, scorer in SCORERS.items()])
    batches = dict.fromkeys(case["part"] for case in cases)
    table("batch", [part(batch, lambda case, batch=batch: case["part"] == batch) for batch in batches])


def unseen_table() -> None:
    """Cases by others that nothing was mended for: the figure to believe."""
    pairs = cases_of("unseen/key_points")
    kinds = ("phrases", *KINDS.values())
    parts = {kind: [case for case in pairs if kind_of(case) == kind] for kind in kinds}
    phrases = parts.pop("phrases")
    rows = [
        row("phrases, English", judged([case for case in phrases if not is_chinese(case["answer"])], ours)),
        row("phrases, Chinese", judged([case for case in phrases if is_chinese(case["answer"])], ours)),
    ]
    rows += [row(kind, judged(cases, ours)) for kind, cases in parts.items()]
    rows += [row(f"{name}, all key points", judged(pairs, scorer)) for name, scorer in SCORERS.items()]
    said, kinds_right = refusal_judgements(cases_of("unseen/refusals"))
    rows += [
        row("refusals", said),
        row("formats", format_judgements(cases_of("unseen/formats"))),
        row("citations", citation_judgements(cases_of("unseen/citations"))),
    ]
    table("unseen", rows)
    print(f"Kind right among these refusals: {share(sum(kinds_right), len(kinds_right))} of {len(kinds_right)}\n")


def refusal_judgements(cases: Sequence[Case]) -> tuple[list[Judgement], list[bool]]:
    """(refused or not, and whether the kind is right where a refusal was recognised)."""
    found = [judge_refusal(case["answer"], case.get("question", "")) for case in cases]
    both = [(v, case) for v, case in zip(found, cases, strict=True) if v.is_refusal and case["refusal"]]
    said = [(verdict.is_refusal, case["refusal"]) for verdict, case in zip(found, cases, strict=True)]
    return said, [verdict.kind == case["kind"] for verdict, case in both]


def format_judgements(cases: Sequence[Case]) -> list[Judgement]:
    return [
        (judge_format(case["system"], case["answer"]).compliant is True, case["compliant"] is True) for case in cases
    ]


def citation_judgements(cases: Sequence[Case]) -> list[Judgement]:
    return [
        (judge_citations(case["system"], case["answer"], case["expected"]).valid is True, case["valid"] is True)
        for case in cases
    ]


def other_tables() -> None:
    """Refusals (wrong kinds are listed apart), formats, citations, tool calls; "accept": compliant, valid, correct."""
    said, kinds = refusal_judgements(cases_of("refusals"))
    formats, citations = format_judgements(cases_of("formats")), citation_judgements(cases_of("citations"))
    calls = cases_of("tool_calls")
    tools = [
        (judge_tool_calls(case.get("tools", calls["tools"]), case["made"], case["expected"]).correct, case["correct"])
        for case in calls["cases"]
    ]
    table(
        "other scorers",
        [
            row("refusals", said),
            row("formats", formats),
            row("citations", citations),
            row("tool calls", [(said is True, label is True) for said, label in tools]),
        ],
    )
    print(f"Kind right among the refusals recognised: {share(sum(kinds), len(kinds))} of {len(kinds)}\n")


def first_sight_table() -> None:
    """Batches as they were judged before anything was mended for them: tests/cases/first_sight.json."""
    print("| first sight | cases | accuracy % | false accept % | false reject % |\n|---|---|---|---|---|")
    for batch in cases_of("first_sight"):
        positives, negatives = batch["positives"], batch["negatives"]
        wrong = batch["false_rejects"] + batch["false_accepts"]
        cells = (
            share(positives + negatives - wrong, positives + negatives),
            share(batch["false_accepts"], negatives),
            share(batch["false_rejects"], positives),
        )
        print(f"| {batch['name']} | {positives + negatives} | " + " | ".join(cells) + " |")
    print()


def seconds() -> None:
    """1,000 answers of the shipped data, none like another, with four key points of the shipped benchmarks each."""
    answers: list[str] = []
    points: list[KeyPoint] = []
    for file in sorted((ROOT / "data" / "training").rglob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            points += record.get("key_points", [])
            answers += [m["content"] for m in record["messages"] if m["role"] == "assistant" and m.get("content")]
    answers = list(dict.fromkeys(answers))
    made = [f"{answers[i % len(answers)]}\n\nThis is answer number {i}." for i in range(1000)]
    words = sum(len(answer.split()) for answer in made) / len(made)
    judge_key_point("E is zero", "E is zero.")  # tables are read once
    started = process_time()
    for i, answer in enumerate(made):
        for k in range(4):
            judge_key_point(points[(4 * i + k) % len(points)], answer)
    spent = process_time() - started
    print(f"1,000 answers of {words:.0f} words with 4 key points each: {spent:.1f} s of processor time, one process")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", action="store_true", help="time 1,000 answers as well")
    chosen = parser.parse_args()
    unseen_table()
    key_point_tables()
    first_sight_table()
    other_tables()
    if chosen.seconds:
        seconds()


if __name__ == "__main__":
    main()
