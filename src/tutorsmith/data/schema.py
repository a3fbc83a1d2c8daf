"""The shapes of the three JSONL files: training samples, benchmark items, predictions.

These are plain frozen records. What makes a file valid is decided in `tutorsmith.data.checks`; `tutorsmith.data.read`
turns lines into these records and refuses what cannot be one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]
RefusalKind = Literal["insufficient_context", "missing_parameters", "out_of_scope"]

ROLES: tuple[str, ...] = ("system", "user", "assistant", "tool")
REFUSAL_KINDS: tuple[str, ...] = ("insufficient_context", "missing_parameters", "out_of_scope")
KNOWN_MODES: tuple[str, ...] = ("tutor", "grader", "polish", "tutor_rag", "sim_tutor", "writing_tutor", "tutor_tool")
CATEGORIES: tuple[str, ...] = (
    "concept",
    "derivation",
    "calculation",
    "application",
    "diagnosis",
    "rewrite",
    "refusal",
    "multi_turn",
    "rag",
    "tool",
)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a dialogue in OpenAI chat format. `train=False` keeps an assistant turn out of the loss, `given` the
    characters in these ranges, in order, which are written for the tutor."""

    role: Role
    content: str | None
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    tool_call_id: str | None = None
    train: bool = True
    given: tuple[tuple[int, int], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The message as chat templates and OpenAI clients expect it; absent parts are left out."""
        out: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            out["tool_calls"] = [dict(call) for call in self.tool_calls]
        if self.tool_call_id is not None:
            out["tool_call_id"] = self.tool_call_id
        return out


@dataclass(frozen=True, slots=True)
class Sample:
    """One worked answer (or dialogue) to learn from. `file` and `line` (1-based) say where it stands."""

    id: str
    mode: str
    messages: tuple[Message, ...]
    refusal_type: RefusalKind | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    @property
    def system(self) -> str:
        """The system prompt, or the empty string."""
        first = self.messages[0]
        return (first.content or "") if first.role == "system" else ""

    @property
    def question(self) -> str:
        """The last user turn: what leakage is judged on; retrieval also reads what was said before."""
        return next((m.content or "" for m in reversed(self.messages) if m.role == "user"), "")


@dataclass(frozen=True, slots=True)
class BenchmarkItem(Sample):
    """A question to be answered: `messages` ends with the user; the reference answer stands apart."""

    reference: str = ""
    key_points: tuple[str | Mapping[str, Any], ...] = ()
    tool_calls: tuple[Mapping[str, Any], ...] | None = None
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer of one system, with what is needed to judge its health and to repeat it.

    finish_reason: "stop" (end of turn), "length" (cut off) or "error"; latency_s in seconds; `flags` are the health
    flags of `tutorsmith.data.health`. rounds: how often calls were run and the tutor asked again; tool_calls are those
    of all rounds, tool_results what it was shown of them ({"name", "result"}), tokens and seconds the sums. evidence:
    what the prompt told of the question, `kind` of refusal and `why`.
    """

    id: str
    prediction: str
    finish_reason: str = "stop"
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    latency_s: float = 0.0
    retrieved: tuple[Mapping[str, Any], ...] = ()
    model: str = ""
    adapter: str | None = None
    seed: int = 0
    flags: tuple[str, ...] = ()
    rounds: int = 0
    tool_results: tuple[Mapping[str, Any], ...] = ()
    evidence: Mapping[str, Any] | None = None

    @property
    def only_calls(self) -> bool:
        """Whether it may be without words: it calls tools, and nothing has shown it their results."""
        return bool(self.tool_calls) and not self.rounds
