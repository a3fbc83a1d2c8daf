"""The training rows of a run, rendered once: the same samples, notes, model and settings give the same rows."""

import logging
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from tutorsmith.core.artifacts import cache_folder, hash_code, hash_file, hash_value, read_json, write_json
from tutorsmith.core.cache import kept_folder
from tutorsmith.models.render import Rendered
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.prompts import LeftOut, say_left_out
from tutorsmith.training.token_rows import TokenRows, write_rows

LOGGER = logging.getLogger("tutorsmith")
_SHORTENED = "shortened.json"
# What decides how a row looks: a change in one of these renders anew.
_CODE = (
    "models/render.py",
    "models/tool_words.py",
    "pipeline/calculations.py",
    "pipeline/calls",
    "pipeline/forms.py",
    "pipeline/openings.py",
    "worked",
    "worked/kinds.json",
    "pipeline/places.py",
    "pipeline/prompts.py",
    "data/mix.py",
    "data/read.py",
    "retrieval",
    "tools",
    "evidence",
    "evidence/common.json",
    "evidence/cues.json",
    "evidence/fields.json",
    "evidence/materials.json",
    "evidence/quantities.json",
    "evidence/references.json",
    "evidence/textneeds.json",
    "evaluation/metrics/units.py",
    "evaluation/metrics/values.py",
    "training/token_rows.py",
)


def training_rows(run: Context) -> TokenRows:
    """The rows of the run's training files, mapped from the cache; samples are read, rendered and written there one
    after the other where that was not done before.

    Raises: DataError for a sample that cannot be read or rendered; ResourceError when the cache cannot be written.
    """
    settings = run.settings.train.settings
    max_length = min(settings.max_length, run.loaded.context)

    def make(place: Path) -> None:
        started, shortened = time.perf_counter(), 0

        def rows() -> Iterator[Rendered]:
            nonlocal shortened
            for made, left_out in run.prompter().rendered(run.samples, seed=settings.seed, max_length=max_length):
                shortened += left_out
                yield from made

        write_rows(rows(), run.loaded.ends, place)
        write_json(place / _SHORTENED, shortened)
        LOGGER.info("rendered the samples in %.1f s", time.perf_counter() - started)

    folder = kept_folder(cache_folder() / "rows" / _name(run, max_length), make)
    left_out = LeftOut(excerpts=read_json(folder / _SHORTENED))
    say_left_out(left_out, f"max_length={max_length}")  # in every run, not only in the first
    return TokenRows(folder)


def _name(run: Context, max_length: int) -> str:
    """Hash of all that the rows depend on."""
    parts = [
        hash_code(Path(__file__).parents[1], _CODE),
        version("transformers"),
        version("pint"),
        run.loaded.fingerprint,
        sorted(run.loaded.ends),
        [hash_file(file) for file in run.stage.train],
        run.index.content_hash if run.index else None,
        run.settings.notes.settings.model_dump(mode="json"),
        run.settings.tools.settings.tools,
        run.language,
        run.settings.train.settings.seed,
        max_length,
    ]
    return hash_value(parts).removeprefix("sha256:")[:32]
