"""Settings in layers: default < model's recommendation < project file < environment < flags.

Each step owns a small pydantic model; `resolve` fills it from the layers and remembers, for every value, which layer it
came from. Components never see these models: settings stop at the border of a step.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from tutorsmith.core.errors import UsageError, suggest

# Other tools' names for the same setting, accepted in files, environment and flags alike.
ALIASES: Mapping[str, str] = {
    "model": "model_name_or_path",
    "lora_rank": "lora_r",
    "cutoff_len": "max_length",
    "max_seq_length": "max_length",
    "num_epochs": "num_train_epochs",
    "batch_size": "per_device_train_batch_size",
    "max_tokens": "max_new_tokens",
}


class StepSettings(BaseModel):
    """Base of every step's settings: unknown keys and wrong types are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _listed(cls, value: Any, info: ValidationInfo) -> Any:
        """Flags and environment give a list as text with commas; empty text is an empty list."""
        if isinstance(value, str) and cls.model_fields[info.field_name or ""].annotation == tuple[str, ...]:
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """pydantic would take `true` for 1."""
        if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation in (int, float):
            raise ValueError("a number is needed, not true or false")
        return value


@dataclass(frozen=True)
class Layer:
    """One source of values. `name` is what the user is told, such as "tutorsmith.toml" or "environment"."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def canonical(self) -> dict[str, Any]:
        return {ALIASES.get(key, key): value for key, value in self.values.items()}


S = TypeVar("S", bound=StepSettings)


@dataclass(frozen=True)
class Resolved(Generic[S]):
    """A step's settings with the source of each value."""

    settings: S
    sources: Mapping[str, str]

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """`{name: {"value": ..., "source": ...}}`, as `training_config.json` keeps it."""
        dumped = self.settings.model_dump(mode="json")
        return {name: {"value": value, "source": self.sources[name]} for name, value in dumped.items()}


def known_keys(classes: Sequence[type[StepSettings]]) -> list[str]:
    return [name for cls in classes for name in cls.model_fields]


def refuse_unknown(layer: Layer, classes: Sequence[type[StepSettings]]) -> None:
    """Raises: UsageError that names the key, its layer and the nearest known key; also for two names of one setting."""
    known = known_keys(classes)
    given: dict[str, str] = {}
    for key, value in layer.values.items():
        name = ALIASES.get(key, key)
        if name not in known:
            raise UsageError(f"unknown setting '{key}'", where=layer.name, mend=suggest(key, [*known, *ALIASES]))
        other = given.setdefault(name, key)
        if layer.values[other] != value:
            raise UsageError(
                f"'{other}' and '{key}' are one setting with two values", where=layer.name, mend="give one"
            )


def resolve(cls: type[S], layers: Sequence[Layer]) -> Resolved[S]:
    """Fill one step's settings from layers, later layers winning.

    Raises: UsageError for a value that does not fit, naming the layer it came from.
    """
    values: dict[str, Any] = {}
    sources = dict.fromkeys(cls.model_fields, "default")
    for layer in layers:
        for key, value in layer.canonical().items():
            if key in cls.model_fields:
                values[key] = value
                sources[key] = layer.name
    try:
        return Resolved(cls(**values), sources)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise UsageError(
            f"setting '{name}' cannot be {values.get(name)!r}: {first['msg']}",
            where=sources.get(name, "?"),
            mend="see `tutorsmith run --help` or docs/reference/settings.md for what it takes",
        ) from error


def environment_layer(classes: Sequence[type[StepSettings]]) -> Layer:
    """The overrides by environment: every setting under its upper-case name, empty strings ignored."""
    names = {name: name for name in known_keys(classes)} | {
        alias: alias for alias in ALIASES if alias not in ("model", "batch_size")
    }
    values = {name: os.environ[name.upper()] for name in names if os.environ.get(name.upper(), "") != ""}
    return Layer("environment", values)


def flag_layer(pairs: Sequence[str], flags: Mapping[str, Any]) -> Layer:
    """`--set key=value` pairs and typed flags (None means not given).

    Raises: UsageError for a pair without "=".
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                f"'{pair}' is not key=value", where="--set", mend="write for example --set learning_rate=1e-4"
            )
        values[key.strip().replace("-", "_")] = value.strip()
    return Layer("flag", values | {key: value for key, value in flags.items() if value is not None})
