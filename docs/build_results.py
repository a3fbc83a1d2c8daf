"""Write the tables of docs/results.md from finished run folders.

python docs/build_results.py outputs/adapter/adapter_style outputs/adapter/adapter_writing ... > docs/results.md
"""

import json
import sys
from pathlib import Path
from typing import Any

SYSTEMS = {"base": "base", "base_notes": "base + notes", "tuned": "tuned", "tuned_notes": "tuned + notes"}
METRICS = {
    "key_point_coverage": "key-point coverage",
    "format_compliance": "format",
    "refusal_accuracy": "refusals refused",
    "refusal_balanced_accuracy": "refusal balanced accuracy",
}
STEPS = ("check", "index", "load", "predict_base", "train", "predict_tuned", "evaluate", "report")
HEAD = """# Results

Measured with the embedded 135M model (`smollm2-135m`) on two CPU cores, one seed (0), by `make sample` and
`bash code/ai_service/training/run_train.sh STAGE` from a fresh clone. This page is made from the run folders by
`python docs/build_results.py`; each value stands with its 95 % interval and the number of judgements.

The benchmarks are small (11 and 6 questions): the intervals are wide, and "above 90 %" could not be shown with them
even if every answer were right. The settings were chosen on training samples by cross-validation (docs/LOG.md), not on
these benchmarks. Seconds were taken while other programs used the same two cores; they are upper bounds. Base answers
that an earlier stage had already given come from the cache.
"""


def main() -> None:
    print(HEAD)
    seconds = []
    for folder in map(Path, sys.argv[1:]):
        (file,) = folder.glob("eval_report_*.json")
        report = json.loads(file.read_text(encoding="utf-8"))
        print(f"## Stage {report['stage']}\n")
        print(table({name: system["metrics"] for name, system in report["systems"].items()}))
        tasks = sorted({task for system in report["systems"].values() for task in system["slices"].get("task", {})})
        for task in tasks if len(tasks) > 1 else []:
            print(f"Of these, `{task}`:\n")
            print(table({n: s["slices"]["task"].get(task, {}) for n, s in report["systems"].items()}))
        print(paired(report))
        print(health(report))
        seconds.append((report["stage"], json.loads((folder / "seconds.json").read_text(encoding="utf-8"))))
    print("## Seconds\n")
    print("| stage | " + " | ".join(STEPS) + " | all |\n|" + "---|" * (len(STEPS) + 2))
    for stage, spent in seconds:
        cells = [f"{spent[step]:.1f}" if step in spent else "-" for step in STEPS]
        print(f"| {stage} | " + " | ".join(cells) + f" | {sum(spent.values()):.0f} |")


def table(systems: dict[str, dict[str, Any]]) -> str:
    rows = ["| | " + " | ".join(METRICS.values()) + " |", "|" + "---|" * (len(METRICS) + 1)]
    for name, label in SYSTEMS.items():
        if name in systems:
            rows.append(f"| {label} | " + " | ".join(cell(systems[name].get(metric)) for metric in METRICS) + " |")
    return "\n".join(rows) + "\n"


def cell(value: dict[str, Any] | None) -> str:
    if value is None:
        return "does not apply"
    return f"{100 * value['value']:.0f} % [{100 * value['low']:.0f}-{100 * value['high']:.0f}, n {value['n']}]"


def paired(report: dict[str, Any]) -> str:
    rows = ["Tuned + notes against base + notes, in pairs:\n"]
    for row in report["comparison"]:
        if (row["a"], row["b"]) == ("base_notes", "tuned_notes") and row["metric"] in METRICS and not row.get("task"):
            shown = f"{100 * row['difference']:+.0f} points [{100 * row['low']:+.0f}, {100 * row['high']:+.0f}]"
            name = METRICS[row["metric"]]
            rows.append(f"- {name}: {shown}, p = {row['p']:.3f} (Holm {row['p_holm']:.3f}), n = {row['n']}")
    return "\n".join(rows) + "\n"


def health(report: dict[str, Any]) -> str:
    found = []
    for name, label in SYSTEMS.items():
        if name in report["systems"]:
            counts = report["systems"][name]["health"]
            bad = [f"{counts[flag]} {flag}" for flag in ("empty", "truncated", "looping", "echo") if counts.get(flag)]
            found.append(f"{label}: {', '.join(bad) or 'none'}")
    return "Unhealthy answers: " + "; ".join(found) + ".\n"


if __name__ == "__main__":
    main()
