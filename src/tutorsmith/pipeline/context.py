"""What the steps of one run share: stage, settings, folder, and the parts that are costly to make twice."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tutorsmith.core.artifacts import EVIDENCE, PLACES, cache_folder, read_json
from tutorsmith.data.read import iter_benchmark, iter_samples
from tutorsmith.data.schema import BenchmarkItem, Sample
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.decide import Decider, fit_decider
from tutorsmith.generation.engine import ENGINES, choose_engine
from tutorsmith.models.load import LoadedModel, load_model
from tutorsmith.pipeline.places import NOWHERE, Places, fit_places
from tutorsmith.pipeline.prompts import Prompter
from tutorsmith.pipeline.settings import RunSettings
from tutorsmith.project import Stage, existing
from tutorsmith.retrieval.index import Index, open_index
from tutorsmith.tools import schemas

LOGGER = logging.getLogger("tutorsmith")


@dataclass
class Context:
    """One run. `fresh` ignores what an earlier run left; `resume` insists on going on with it.

    engine: what generates, None for that of the settings; trains: False for a run that only answers.
    """

    stage: Stage
    settings: RunSettings
    folder: Path
    language: str
    log_folder: Path
    fresh: bool = False
    resume: bool = False
    engine: str | None = None
    trains: bool = True
    root: Path = field(default_factory=Path.cwd)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def samples(self) -> Iterator[Sample]:
        """The samples of all training files, read anew each time: nobody holds them all."""
        return (sample for file in existing(self.stage.train, "training file") for sample in iter_samples(file))

    @property
    def items(self) -> Iterator[BenchmarkItem]:
        """The items of all benchmarks, read anew each time."""
        return (item for file in existing(self.stage.eval, "benchmark") for item in iter_benchmark(file))

    @cached_property
    def index(self) -> Index | None:
        """The notes' index, or None for a run without notes. What of the notes could not be read is said once."""
        notes = self.settings.notes.settings
        if not self.stage.notes or not notes.use_notes:
            return None
        index = open_index(existing(self.stage.notes, "notes"), cache_folder() / "notes", notes.dense_model)
        if index.skipped:
            LOGGER.warning("notes: left out, of no kind that is read: %s", ", ".join(index.skipped))
        for remark in index.remarks:
            LOGGER.warning("notes: %s", remark)
        return index

    @cached_property
    def engine_name(self) -> str:
        """The row of ENGINES that generates. Raises: UsageError for an engine that is not there."""
        return choose_engine(self.engine or self.settings.generate.settings.engine)

    @cached_property
    def loaded(self) -> LoadedModel:
        """The model, without its weights where nothing here computes with them."""
        model = self.settings.model.settings
        return load_model(
            model.model_name_or_path,
            quantization=model.quantization,
            dtype=model.dtype,
            device=model.device,
            memory_gib=model.device_memory_gib,
            weights=self.trains or ENGINES[self.engine_name].weights,
        )

    @cached_property
    def course(self) -> Course | None:
        """What evidence sees questions beside; None without notes, or when it is off."""
        on = self.settings.notes.settings.evidence != "off"
        return Course(self.index) if self.index is not None and on else None

    @cached_property
    def decider(self) -> Decider | None:
        """What decides whether a question can be answered, fitted on the stage's samples; None without them."""
        return fit_decider(self.course, self.samples) if self.course and self.stage.train else None

    def decider_of(self, adapter: Path | None) -> Decider | None:
        """The one that was saved beside an adapter, else the stage's own. Raises: DataError when it is damaged."""
        file = adapter / EVIDENCE if adapter else None
        if self.course is None or file is None or not file.is_file():
            return self.decider
        return Decider.from_dict(read_json(file), self.course, str(file))

    @cached_property
    def places(self) -> Places:
        """Where passages of the notes are quoted, by the stage's samples."""
        return fit_places(self.samples) if self.settings.notes.settings.quote_words and self.stage.train else NOWHERE

    def places_of(self, adapter: Path | None) -> Places:
        """Those that were saved beside an adapter, else the stage's own. Raises: DataError when they are damaged."""
        file = adapter / PLACES if adapter else None
        if file is None or not file.is_file():
            return self.places
        return Places.from_dict(read_json(file), str(file))

    def prompter(
        self, *, with_notes: bool = True, decider: Decider | None = None, places: Places | None = None
    ) -> Prompter:
        """decider: what tells of questions to be answered; samples tell it themselves. places: None for the stage's."""
        tools = tuple(schemas(self.settings.tools.settings.tools))
        settings = self.settings.notes.settings
        places = places or self.places
        if not with_notes:
            return Prompter(self.loaded, None, settings, self.language, tools, places=places)
        return Prompter(self.loaded, self.index, settings, self.language, tools, self.course, decider, places)

    def shown(self, file: Path) -> str:
        """A path as artifacts name it: relative to the project if it lies in it, so that a moved project still fits."""
        whole = file.resolve()
        root = self.root.resolve()
        return str(whole.relative_to(root)) if whole.is_relative_to(root) else str(whole)

    @property
    def product(self) -> str:
        """The system that a course would use: the tuned model, with notes when the run has them."""
        return "tuned" if self.index is None else "tuned_notes"

    def systems(self, prefix: str) -> list[str]:
        """ "base" -> the base model's systems: alone, and with notes when the run has them."""
        return [prefix] if self.index is None else [prefix, f"{prefix}_notes"]
