"""A stage as drafting sees it: its notes and samples, what its records share, and all that a draft may collide with."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutorsmith.core.artifacts import cache_folder
from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.read import read_benchmark, read_samples
from tutorsmith.data.schema import Sample
from tutorsmith.expand.draft import Form, Mold
from tutorsmith.expand.neighbours import Neighbours, read_neighbours
from tutorsmith.expand.plan import Survey, chapter_of, survey
from tutorsmith.expand.prompt import Material
from tutorsmith.project import Stage, existing
from tutorsmith.retrieval.ground import instructions
from tutorsmith.retrieval.index import open_index
from tutorsmith.retrieval.search import search


@dataclass(frozen=True)
class Setting:
    """found: of the form that is drafted; neighbours: all files of the stage."""

    stage: Stage
    mold: Mold
    material: Material
    found: Survey
    neighbours: Neighbours


def read_setting(
    stage: Stage, form: Form, language: str, notes: Sequence[Path] = (), also: Sequence[Path] = ()
) -> Setting:
    """Read what drafting for a stage needs. notes: instead of the stage's; also: further files that drafts must not
    repeat, such as the one that accepted drafts went into.

    Raises: UsageError for a stage without notes or with samples that drafts cannot imitate; DataError for files that
    cannot be used.
    """
    places = tuple(notes) or stage.notes
    if not places:
        raise UsageError(
            f"stage '{stage.name}' has no notes to draft from",
            where=f"stages.{stage.name}.notes",
            mend="add notes to the stage, or give --notes DIR",
        )
    samples = [s for file in existing(stage.train, "training file") for s in read_samples(file)]
    items = [s for file in existing(stage.eval, "benchmark") for s in read_benchmark(file)]
    _refuse_other_forms(stage, samples)
    index = open_index(existing(places, "notes"), cache_folder() / "notes")
    mold = _mold(stage, samples, form, language)
    here: Sequence[Sample] = samples if form == "sample" else items
    taken: dict[str, list[str]] = defaultdict(list)
    for sample in samples:  # questions of the benchmark are shown to no writer: it might repeat them
        hits = search(index, sample.question, 1)
        taken[chapter_of(hits[0].source) if hits else ""].append(sample.question)
    own = [sample for sample in samples if sample.meta.get("language", language) == language]
    extra = [file for file in also if file.is_file()]
    training, benchmarks = [*stage.train], [*stage.eval]
    (training if form == "sample" else benchmarks).extend(extra)
    return Setting(
        stage,
        mold,
        Material(index, own, taken, mold.system, language),
        survey(here, index),
        read_neighbours(form, _distinct(training), _distinct(benchmarks)),
    )


def _distinct(files: Sequence[Path]) -> list[Path]:
    return list({file.resolve(): file for file in files}.values())


def _refuse_other_forms(stage: Stage, samples: Sequence[Sample]) -> None:
    """Drafts are one question and one answer without tools and without excerpts of their own."""
    odd = [s for s in samples if s.tools or s.meta.get("has_tool_call") or s.meta.get("has_rag_context")]
    if samples and 2 * len(odd) > len(samples):
        raise UsageError(
            "drafts of samples with tool calls or excerpts of their own are not written",
            where=f"stages.{stage.name}",
            mend="expand a stage of plain questions and answers",
        )


def _mold(stage: Stage, samples: Sequence[Sample], form: Form, language: str) -> Mold:
    """The system prompt and mode that most samples have. Raises: DataError when there is no system prompt."""
    systems = Counter(instructions(sample.system) for sample in samples if sample.system)
    if not systems:
        raise DataError(
            "no sample has a system prompt, so drafts would not know their form",
            where=str(stage.train[0]) if stage.train else stage.name,
            mend="give the samples the tutor's instructions as their system message",
        )
    system = systems.most_common(1)[0][0]
    modes = Counter(sample.mode for sample in samples if instructions(sample.system) == system)
    return Mold(form, system, modes.most_common(1)[0][0], language, f"{stage.name}-{'x' if form == 'sample' else 'bx'}")
