"""What a reader of an evaluation has to know before any number: a broken model, missing answers, wrong stop tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ERROR, WARNING = "error", "warning"
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Alert:
    """severity: "error" or "warning"; text: one line for the terminal."""

    severity: str
    text: str


def alerts(report: Mapping[str, Any]) -> list[Alert]:
    """The alerts of an evaluation report: degenerate systems first, the tuned ones before the others."""
    systems: Mapping[str, Any] = report.get("systems") or {}
    ordered = sorted(systems, key=lambda name: not name.startswith("tuned"))
    broken = [_degenerate(name, systems[name]) for name in ordered if systems[name]["health"]["degenerate"]]
    found = [alert for name in ordered for alert in _unanswered(name, systems[name])]
    seeds = (report.get("seeds") or {}).get("runs", ())
    broken += [Alert(ERROR, f"{run['file']}: most answers are unusable") for run in seeds[1:] if run["degenerate"]]
    found += [alert for run in seeds[1:] for alert in _unanswered(run["file"], run)]
    return [*broken, *found, *_stops(systems), *_judge(report)]


def _degenerate(name: str, system: Mapping[str, Any]) -> Alert:
    """A broken base model is what the tuning is to mend; a broken product is an error."""
    severity = WARNING if name.startswith("base") else ERROR
    health = system["health"]
    if not health["n"]:
        return Alert(severity, f"{name}: DEGENERATE: there is no answer at all")
    kinds = ("empty", "looping", "echo", "template_tokens", "truncated")
    told = ", ".join(f"{health[kind]} {kind.replace('_', ' ')}" for kind in kinds if health.get(kind))
    most = f"most of its {health['n']} answers are unusable ({told})"
    return Alert(severity, f"{name}: DEGENERATE: {most}; trust no metric")


def _unanswered(name: str, counts: Mapping[str, Any]) -> list[Alert]:
    words = (("missing", "without a prediction"), ("failed", "whose prediction failed"))
    return [
        Alert(ERROR, f"{name}: {counts[kind]} {_items(counts[kind])} {why}: {_listed(counts[kind + '_ids'])}")
        for kind, why in words
        if counts[kind]
    ]


def _items(count: int) -> str:
    return "item" if count == 1 else "items"


def _listed(ids: Sequence[str]) -> str:
    more = len(ids) - _LISTED
    return ", ".join(ids[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _stops(systems: Mapping[str, Any]) -> list[Alert]:
    """Each finding once, with the systems that it concerns."""
    concerned: dict[tuple[str, str, str], list[str]] = {}
    for name, system in systems.items():
        for finding in system["health"].get("stop_audit", ()):
            concerned.setdefault((finding["severity"], finding["what"], finding["mend"]), []).append(name)
    return [
        Alert(severity, f"stop tokens ({', '.join(names)}): {what}; mend: {mend}")
        for (severity, what, mend), names in concerned.items()
    ]


def _judge(report: Mapping[str, Any]) -> list[Alert]:
    judge = report.get("judge") or {}
    if not judge.get("failed"):
        return []
    return [Alert(WARNING, f"judge model {judge['model']}: {judge['failed']} of {judge['asked']} questions failed")]
