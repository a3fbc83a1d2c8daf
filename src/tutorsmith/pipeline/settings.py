"""All steps' settings together, filled from the layers of one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutorsmith.core.settings import (
    Layer,
    Resolved,
    StepSettings,
    environment_layer,
    flag_layer,
    refuse_unknown,
    resolve,
)
from tutorsmith.generation.settings import GenerateSettings
from tutorsmith.models.catalog import find_row
from tutorsmith.models.settings import ModelSettings
from tutorsmith.project import PROJECT_FILE, Project, Stage
from tutorsmith.retrieval.settings import NotesSettings
from tutorsmith.tools.settings import ToolSettings
from tutorsmith.training.settings import TrainSettings

STEP_SETTINGS: tuple[type[StepSettings], ...] = (
    ModelSettings,
    NotesSettings,
    ToolSettings,
    TrainSettings,
    GenerateSettings,
)


@dataclass(frozen=True)
class RunSettings:
    """One resolved settings object a step."""

    model: Resolved[ModelSettings]
    notes: Resolved[NotesSettings]
    tools: Resolved[ToolSettings]
    train: Resolved[TrainSettings]
    generate: Resolved[GenerateSettings]

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Every value with its source, as `training_config.json` keeps them."""
        steps = (self.model, self.notes, self.tools, self.train, self.generate)
        return {name: value for step in steps for name, value in step.as_dict().items()}


def gather(
    project: Project | None, stage: Stage | None, pairs: Sequence[str] = (), flags: Mapping[str, Any] | None = None
) -> RunSettings:
    """Resolve every step's settings: default < model's recommendation < project file < stage < environment < flag.

    Raises: UsageError for unknown keys (the near one is suggested) and values that do not fit.
    """
    layers = []
    file = project.file.name if project is not None else PROJECT_FILE
    if project is not None:
        layers.append(Layer(f"{file} [settings]", project.settings))
    if stage is not None:
        layers.append(Layer(f"{file} [stages.{stage.name}.settings]", stage.settings))
    layers += [environment_layer(STEP_SETTINGS), flag_layer(pairs, flags or {})]
    for layer in layers:
        refuse_unknown(layer, STEP_SETTINGS)
    model = resolve(ModelSettings, layers)
    row = find_row(model.settings.model_name_or_path)
    if row is not None and row.recommended:
        layers.insert(0, Layer(f"recommended for {row.name}", row.recommended))
    return RunSettings(
        model,
        resolve(NotesSettings, layers),
        resolve(ToolSettings, layers),
        resolve(TrainSettings, layers),
        resolve(GenerateSettings, layers),
    )
