"""A run folder as the pipeline leaves it, written by hand: small, realistic, with every kind of trouble in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import hash_value

Json = dict[str, Any]
SYSTEMS = ("base", "base_notes", "tuned", "tuned_notes")

GAUSS_ANSWER = r"""### Conclusion
Outside the sphere the field is $E = \frac{Q}{4\pi\varepsilon_0 r^2}$; inside it grows linearly with $r$.

### Derivation
By symmetry $\mathbf{E}$ is radial. Gauss's law $\oint \mathbf{E}\cdot d\mathbf{A} = Q/\varepsilon_0$ on a sphere of
radius $r$ gives $E\,4\pi r^2 = Q_{enc}/\varepsilon_0$, with $Q_{enc} = Q (r/R)^3$ inside.

### Check
At $r = R$ both forms give the same value, so the field is continuous at the surface."""

SKIN_ANSWER = """### Conclusion
The skin depth grows with frequency, so copper at 1 GHz has a skin depth of about 2.09 um.

### Derivation
delta = sqrt(2/(omega*mu*sigma)). With f = 1 GHz and sigma = 5.8e7 S/m this is 2.09e-6 m.

### Check
The units are metres."""


def verdict(point: str, passed: bool | None, matched: str = "", **more: Any) -> Json:
    return {
        "metric": more.pop("metric", "key_point_coverage"),
        "key_point": point,
        "vital": more.pop("vital", True),
        "passed": passed,
        "contradicted": more.pop("contradicted", False),
        "matched": matched,
        "rule": more.pop("rule", "phrase"),
    }


def fmt(passed: bool, matched: str = "") -> Json:
    return verdict("required sections", passed, matched, metric="format_compliance", rule="sections")


def refusal(passed: bool, matched: str = "") -> Json:
    return verdict("", passed, matched, metric="refusal_accuracy", rule="refusal wording")


def entry(question: Json, system: str, answer: str | None, verdicts: list[Json], **more: Any) -> Json:
    notes = [{"source": "em/gauss.md", "chunk": 3, "heading": "Gauss's law", "score": 7.2134}]
    return {
        **question,
        "system": system,
        "answer": answer,
        "finish_reason": more.get("finish_reason", "stop"),
        "flags": more.get("flags", []),
        "retrieved": notes if system.endswith("notes") else [],
        "verdicts": verdicts,
    }


def question(identity: str, text: str, reference: str, **more: Any) -> Json:
    return {
        "id": identity,
        "task": more.get("task", "style"),
        "category": more.get("category", "concept"),
        "difficulty": more.get("difficulty", "medium"),
        "chapter": more.get("chapter", "ch2"),
        "refusal_type": more.get("refusal_type"),
        "question": text,
        "reference": reference,
    }


def style_items() -> list[Json]:
    q1 = question("sb-01", "Find the electric field of a uniformly charged ball of radius R.", GAUSS_ANSWER,
                  category="derivation", difficulty="easy", chapter="ch2")  # fmt: skip
    q2 = question("sb-02", "What is the skin depth of copper at 1 GHz, and how does it change with frequency?",
                  "Like 1/sqrt(f); 2.09 um.", category="calculation", difficulty="hard", chapter="ch9")  # fmt: skip
    q3 = question("sb-03", "Calculate the force between two charges.", "The charges and the distance are missing.",
                  category="refusal", difficulty="easy", chapter="ch1", refusal_type="missing_parameters")  # fmt: skip
    q4 = question("sb-04", "为什么导体内部的静电场为零？", "自由电荷重新分布直至内部电场为零。", chapter="ch3")
    radial, law, continuous = "field is radial", "Gauss's law in integral form", "continuous at the surface"
    rows = [
        entry(q1, "base", "The field is strong.", [verdict(radial, False), verdict(law, False),
              verdict(continuous, False), fmt(False)]),
        entry(q1, "base_notes", "Use Gauss's law.", [verdict(radial, False), verdict(law, True, "Gauss's law"),
              verdict(continuous, False), fmt(False)]),
        entry(q1, "tuned", GAUSS_ANSWER, [verdict(radial, True, r"$\mathbf{E}$ is radial"), verdict(law, False),
              verdict(continuous, True, "field is continuous at the surface"), fmt(True)]),
        entry(q1, "tuned_notes", GAUSS_ANSWER, [
            verdict(radial, True, r"$\mathbf{E}$ is radial"),
            verdict(law, True, r"\oint \mathbf{E}\cdot d\mathbf{A} = Q/\varepsilon_0", rule="formula"),
            verdict(continuous, True, "field is continuous at the surface"), fmt(True)]),
        entry(q2, "base", "", [verdict("falls with frequency", False), verdict("2.09 um", False), fmt(False)],
              flags=["empty"]),
        entry(q2, "base_notes", "About 2.09 um.", [verdict("falls with frequency", False),
              verdict("2.09 um", True, "2.09 um", rule="quantity"), fmt(False)]),
        entry(q2, "tuned", "<script>alert('x')</script> & <b>bold</b> | pipe `tick` ```fence```",
              [verdict("falls with frequency", False), verdict("2.09 um", False), fmt(False)]),
        entry(q2, "tuned_notes", SKIN_ANSWER, [
            verdict("falls with frequency", False, "skin depth grows with frequency", contradicted=True),
            verdict("2.09 um", True, "2.09e-6 m", rule="quantity"), fmt(True)]),
        entry(q3, "base", "The force is 5 N.", [refusal(False)]),
        entry(q3, "base_notes", "The force is k q1 q2 / r^2.", [refusal(False)]),
        entry(q3, "tuned", "Please give the charges and their distance.", [refusal(True, "Please give the charges")]),
        entry(q3, "tuned_notes", "Please give the charges and their distance.",
              [refusal(True, "Please give the charges")]),
        entry(q4, "base", "不知道。", [verdict("自由电荷重新分布", False), fmt(False)]),
        entry(q4, "base_notes", "导体内部的自由电荷重新分布，因此电场为零。",
              [verdict("自由电荷重新分布", True, "自由电荷重新分布"), fmt(True)]),
        entry(q4, "tuned", "因为电场被屏蔽。", [verdict("自由电荷重新分布", False), fmt(True)]),
        entry(q4, "tuned_notes", "因为电场被屏蔽。", [verdict("自由电荷重新分布", False), fmt(True)]),
    ]  # fmt: skip
    return rows


def writing_items() -> list[Json]:
    q = question("wb-01", "Improve: 'The results was very good.'", "The results were good.", task="writing",
                 category="rewrite", chapter="w1")  # fmt: skip
    points = [
        verdict("agreement error", passed, "results were" if passed else "") for passed in (False, False, True, True)
    ]
    answers = ("It is fine.", "Be brief.", "Write: the results were good.", "Write: the results were good.")
    return [entry(q, s, a, [p, fmt(p["passed"])]) for s, a, p in zip(SYSTEMS, answers, points, strict=True)]


def value(share: float, n: int, low: float, high: float) -> Json:
    return {"value": share, "n": n, "n_effective": n * 0.72, "low": low, "high": high, "smallest_difference": 0.31}


def style_metrics() -> dict[str, Json]:
    rows = {
        "base": (0.04, 0.0, 0.23, 0.0, 0.0, 0.28, 0.5, 0.15, 0.85),
        "base_notes": (0.32, 0.15, 0.55, 0.27, 0.10, 0.57, 0.5, 0.15, 0.85),
        "tuned": (0.29, 0.13, 0.52, 0.73, 0.43, 0.90, 0.91, 0.62, 0.98),
        "tuned_notes": (0.71, 0.49, 0.86, 1.0, 0.74, 1.0, 0.91, 0.62, 0.98),
    }
    return {
        name: {
            "key_point_coverage": value(r[0], 33, r[1], r[2]),
            "format_compliance": value(r[3], 11, r[4], r[5]),
            "refusal_accuracy": value(r[6], 11, r[7], r[8]),
        }
        for name, r in rows.items()
    }


def style_report() -> Json:
    metrics = style_metrics()
    slices = {
        "category": {
            "derivation": {"key_point_coverage": value(0.9, 12, 0.6, 0.98)},
            "calculation": {"key_point_coverage": value(0.5, 12, 0.25, 0.75)},
        },
        "difficulty": {"easy": {"key_point_coverage": value(0.95, 9, 0.6, 0.99)},
                       "hard": {"key_point_coverage": value(0.4, 9, 0.15, 0.7)}},
        "chapter": {"ch2": {"key_point_coverage": value(1.0, 6, 0.6, 1.0)},
                    "ch9": {"key_point_coverage": value(0.25, 8, 0.07, 0.6)}},
    }  # fmt: skip
    systems = {
        name: {
            "metrics": metrics[name],
            "health": {"empty": int(name == "base"), "truncated": 0, "looping": 0, "echo": 0},
            "missing": 0,
            "slices": slices if name == "tuned_notes" else {},
            "seconds": {"predict": 31.0},
        }
        for name in SYSTEMS
    }
    comparison = [
        {"metric": "key_point_coverage", "a": "base_notes", "b": "tuned_notes", "difference": 0.39, "low": 0.12,
         "high": 0.63, "p": 0.006, "p_holm": 0.018, "n": 11, "wins": 8, "losses": 1, "ties": 2, "verdict": "better"},
        {"metric": "format_compliance", "a": "base_notes", "b": "tuned_notes", "difference": 0.73, "low": 0.4,
         "high": 0.9, "p": 0.008, "p_holm": 0.018, "n": 11, "wins": 8, "losses": 0, "ties": 3, "verdict": "better"},
        {"metric": "refusal_accuracy", "a": "base_notes", "b": "tuned_notes", "difference": 0.41, "low": -0.02,
         "high": 0.7, "p": 0.06, "p_holm": 0.06, "n": 11, "wins": 5, "losses": 0, "ties": 6, "verdict": "unclear"},
        {"metric": "key_point_coverage", "a": "base", "b": "base_notes", "difference": 0.28, "low": 0.02,
         "high": 0.5, "p": 0.03, "p_holm": 0.03, "n": 11, "wins": 6, "losses": 1, "ties": 4, "verdict": "better"},
    ]  # fmt: skip
    return {"schema_version": 1, "stage": "style", "manifest": hash_value(MANIFEST), "systems": systems,
            "comparison": comparison, "items": style_items()}  # fmt: skip


def all_report() -> Json:
    report = style_report() | {"stage": "all", "items": style_items() + writing_items()}
    for name, system in report["systems"].items():
        lift = SYSTEMS.index(name) * 0.2
        system["slices"] = system["slices"] | {
            "task": {
                "style": {"key_point_coverage": value(0.05 + lift, 33, lift, 0.3 + lift),
                          "refusal_accuracy": value(0.91, 11, 0.62, 0.98)},
                "writing": {"key_point_coverage": value(0.15 + lift, 18, lift, 0.35 + lift)},
            }
        }  # fmt: skip
    return report


MANIFEST: Json = {
    "data": {"data/training/processed/style_sft.jsonl": "sha256:" + "a1" * 32,
             "data/training/eval/style_benchmark.jsonl": "sha256:" + "b2" * 32},
    "notes": {"sha256": "sha256:" + "c3" * 32, "chunks": 412},
    "model": {"name": "smollm2-135m", "sha256": "sha256:" + "d4" * 32},
    "adapter": "sha256:" + "e5" * 32,
    "settings": "sha256:" + "f6" * 32,
    "code": "0.1.0",
    "seeds": [42],
}  # fmt: skip


CHECK: Json = {
    "files": ["data/training/processed/style_sft.jsonl", "data/training/eval/style_benchmark.jsonl"],
    "findings": [
        {"file": "data/training/processed/style_sft.jsonl", "line": 3, "field": "", "kind": "unbalanced-latex",
         "severity": "warning", "message": "a formula is not closed", "mend": "close it"},
        {"file": "data/training/processed/style_sft.jsonl", "line": 7, "field": "", "kind": "paraphrase-overlap",
         "severity": "warning", "message": "like sb-01", "mend": "take it out"},
    ],
    "counts": {"records": 39, "errors": 0, "warnings": 2, "kinds": {"unbalanced-latex": 1, "paraphrase-overlap": 1}},
}  # fmt: skip
NO_FINDINGS: Json = CHECK | {"findings": [], "counts": {"records": 39, "errors": 0, "warnings": 0, "kinds": {}}}


def extras() -> dict[str, Json]:
    steps = [{"step": s, "epoch": s / 4, "loss": 3.1 * 0.86**s + 0.2, "learning_rate": 0.002 * (1 - s / 32),
              "grad_norm": 1.2, "tokens_per_s": 800 + s} for s in range(1, 33)]  # fmt: skip
    checks = [
        {"step": s, "epoch": s / 4, "eval_loss": 2.4 * 0.9**s + 0.75 + max(0, s - 24) * 0.02} for s in range(4, 33, 4)
    ]
    return {
        "manifest.json": MANIFEST,
        "trainer_state.json": {"log_history": steps + checks, "best_step": 24, "best_eval_loss": 0.941,
                               "stopped": "all epochs done"},
        "training_config.json": {"settings": {
            "model": {"value": "smollm2-135m", "source": "default"},
            "num_train_epochs": {"value": 8, "source": "model catalogue"},
            "learning_rate": {"value": 0.002, "source": "environment LEARNING_RATE"},
            "lora_rank": {"value": 16, "source": "default"},
            "notes": {"value": ["em", "writing"], "source": "tutorsmith.toml"}}},
        "seconds.json": {"start_up": 3.1, "load": 1.4, "index": 0.62, "predict_base": 58.2, "train": 214.7,
                         "predict_tuned": 61.9, "evaluate": 4.3},
        "check.json": CHECK,
    }  # fmt: skip


MakeRun = Callable[..., Path]
