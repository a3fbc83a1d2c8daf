"""What a sweep searches: `--over NAME=LOW..HIGH[:log]` or `NAME=A,B,C`, checked against the settings classes."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.core.settings import ALIASES, Layer, StepSettings, known_keys, resolve
from tutorsmith.generation.settings import GenerateSettings
from tutorsmith.pipeline.settings import STEP_SETTINGS, RunSettings

if TYPE_CHECKING:
    from optuna.trial import Trial

FLAG = "--over"
LOSS, ANSWERS = "loss", "format+chrf"
OBJECTIVES = (LOSS, ANSWERS)
"""Mean loss on held-out samples; or the mean of format and chrF of the answers to them."""

_EXAMPLES = "write for example learning_rate=1e-4..3e-3:log, num_train_epochs=2..8 or lora_r=8,16,32"
_FIXED = {
    "seed": "a seed is luck, not a setting: --seeds N measures each trial with N of them",
    "k_folds": "it decides what is held out, so that trials could not be compared: give --folds",
    "validation_share": "it decides what is held out, so that trials could not be compared: give --folds",
}
_ANSWERING = tuple(GenerateSettings.model_fields)


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included; log: small ones as often as large ones. whole: integers only."""

    name: str
    low: float
    high: float
    log: bool
    whole: bool

    @property
    def size(self) -> float:
        """How many values there are."""
        return self.high - self.low + 1 if self.whole else math.inf

    def suggest(self, trial: "Trial") -> Any:
        if self.whole:
            return trial.suggest_int(self.name, int(self.low), int(self.high), log=self.log)
        return self.rounded(trial.suggest_float(self.name, self.low, self.high, log=self.log))

    def rounded(self, value: Any) -> Any:
        """Four digits, within the range: what is measured is what a person copies."""
        return value if self.whole else min(max(float(f"{value:.4g}"), self.low), self.high)

    def holds(self, value: Any) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.name}={self.low:g}..{self.high:g}{':log' if self.log else ''}"


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    name: str
    values: tuple[Any, ...]

    @property
    def size(self) -> float:
        return len(self.values)

    def suggest(self, trial: "Trial") -> Any:
        return trial.suggest_categorical(self.name, self.values)

    def rounded(self, value: Any) -> Any:
        return value

    def holds(self, value: Any) -> bool:
        return value in self.values

    def __str__(self) -> str:
        words = (str(value).lower() if isinstance(value, bool) else str(value) for value in self.values)
        return f"{self.name}={','.join(words)}"


Dimension = Range | Choice


def parse_space(specs: Sequence[str], settings: RunSettings, given: Collection[str], objective: str) -> list[Dimension]:
    """The dimensions that `--over` names, or the default ones. given: names that flags fix for the whole sweep.

    Raises: UsageError for what is no range or choice, a setting that does not exist, does not take such values, cannot
    be searched or does not change the objective, and for one that is named twice or fixed by a flag.
    """
    space = [_parsed(spec) for spec in specs or default_space(settings, given)]
    names = [dimension.name for dimension in space]
    for name in names:
        if names.count(name) > 1:
            raise _refused(name, "is named twice", "give it once")
        if name in given:
            raise _refused(name, "is fixed by another flag", f"leave it out of {FLAG}, or do not set it")
        if name in _FIXED:
            raise _refused(name, "cannot be searched", _FIXED[name])
        if objective == LOSS and (name in _ANSWERING or name == "model_name_or_path"):
            why = "losses of two models cannot be compared" if name == "model_name_or_path" else "no loss depends on it"
            raise _refused(name, f"cannot be searched by loss: {why}", f"give --objective {ANSWERS}")
    steps = settings.train.settings.max_steps
    if "num_train_epochs" in names and (steps or "max_steps" in names):
        raise _refused("num_train_epochs", "changes nothing beside max_steps", "search max_steps, or set max_steps=0")
    return space


def default_space(settings: RunSettings, given: Collection[str]) -> list[str]:
    """Around the present settings: learning rate, length of training, rank, rows a step; without those in `given`."""
    train = settings.train.settings
    rate, epochs, steps = train.learning_rate, train.num_train_epochs, train.max_steps
    length = ("max_steps", steps) if steps else ("num_train_epochs", epochs)
    specs = {
        "learning_rate": f"{rate / 10:g}..{min(3 * rate, 0.5):g}:log",
        length[0]: f"{max(1, length[1] // 2)}..{max(2, 2 * length[1])}",
        "lora_r": "8,16,32",
        "gradient_accumulation_steps": "1,2,4,8",
    }
    return [f"{name}={spec}" for name, spec in specs.items() if name not in given]


def size(space: Sequence[Dimension]) -> float:
    """How many points the space has; infinite where a dimension is continuous."""
    return math.prod(dimension.size for dimension in space)


def _refused(name: str, what: str, mend: str) -> UsageError:
    return UsageError(f"'{name}' {what}", where=FLAG, mend=mend)


def _parsed(spec: str) -> Dimension:
    key, equals, text = (part.strip() for part in spec.partition("="))
    if not equals or not key or not text:
        raise UsageError(f"'{spec}' is not NAME=VALUES", where=FLAG, mend=_EXAMPLES)
    plain = key.replace("-", "_")
    name = ALIASES.get(plain, plain)
    owner = next((cls for cls in STEP_SETTINGS if name in cls.model_fields), None)
    if owner is None:
        known = [*known_keys(STEP_SETTINGS), *ALIASES]
        raise UsageError(f"unknown setting '{key}'", where=FLAG, mend=suggest(plain, known))
    if ".." in text:
        return _range(owner, name, text)
    values = tuple(_value(owner, name, part.strip()) for part in text.split(","))
    if len(values) < 2 or len(set(values)) < len(values):
        what = "one value is no choice" if len(values) < 2 else "a value stands there twice"
        raise UsageError(f"{spec}: {what}", where=FLAG, mend=f"{_EXAMPLES}; --set fixes a value")
    return Choice(name, values)


def _range(owner: type[StepSettings], name: str, text: str) -> Range:
    kind = owner.model_fields[name].annotation
    if kind not in (int, float):
        raise UsageError(f"'{name}' takes no numbers from .. to", where=FLAG, mend=f"list its values: {name}=A,B")
    ends, _, scale = text.partition(":")
    if scale not in ("", "log"):
        raise UsageError(f"{name}: unknown scale '{scale}'", where=FLAG, mend="log, or none for an even one")
    low, high = (_value(owner, name, end.strip()) for end in ends.split("..", 1))
    if not low < high:
        raise UsageError(f"{name}: {low:g} is not below {high:g}", where=FLAG, mend="write LOW..HIGH")
    if scale and low <= 0:
        raise UsageError(f"{name}: a log scale has no {low:g}", where=FLAG, mend="start above 0, or leave :log out")
    return Range(name, low, high, bool(scale), kind is int)


def _value(owner: type[StepSettings], name: str, text: str) -> Any:
    """Raises: UsageError for a value that the setting does not take."""
    return getattr(resolve(owner, [Layer(FLAG, {name: text})]).settings, name)
