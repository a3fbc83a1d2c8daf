"""The training rows of a run, rendered once: the same samples, notes, model and settings give the same rows."""

from importlib.metadata import version
from pathlib import Path

from tutorsmith.core.artifacts import cache_folder, hash_code, hash_file, hash_value, read_json, write_json
from tutorsmith.core.cache import kept_folder
from tutorsmith.models.render import Rendered
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.prompts import say_shortened

_TOKENS = "rows.safetensors"
_REST = "rows.json"
# What decides how a row looks: a change in one of these renders anew.
_CODE = ("models/render.py", "models/tool_words.py", "pipeline/prompts.py", "data/mix.py", "data/read.py", "retrieval")


def training_rows(run: Context) -> list[Rendered]:
    """The rows of the run's training files, from the cache where they were rendered before.

    Raises: DataError for a sample that cannot be rendered; ResourceError when the cache cannot be written.
    """
    max_length = min(run.settings.train.settings.max_length, run.loaded.context)
    folder = cache_folder() / "rows" / _name(run, max_length)

    def make(place: Path) -> None:
        rows, shortened = run.prompter().rendered_rows(
            run.samples, seed=run.settings.train.settings.seed, max_length=max_length
        )
        _save(rows, shortened, max_length, place)

    return _load(kept_folder(folder, make))


def _name(run: Context, max_length: int) -> str:
    """Hash of all that the rows depend on."""
    parts = [
        hash_code(Path(__file__).parents[1], _CODE),
        version("transformers"),
        run.loaded.fingerprint,
        sorted(run.loaded.ends),
        [hash_file(file) for file in run.stage.train],
        run.index.content_hash if run.index else None,
        run.settings.notes.settings.model_dump(mode="json"),
        run.language,
        run.settings.train.settings.seed,
        max_length,
    ]
    return hash_value(parts).removeprefix("sha256:")[:32]


def _save(rows: list[Rendered], shortened: int, max_length: int, place: Path) -> None:
    """All tokens in one row (int32), all masks in another, the length of each row beside them."""
    import torch
    from safetensors.torch import save_file

    tensors = {
        "ids": torch.tensor([i for row in rows for i in row.ids], dtype=torch.int32),
        "mask": torch.tensor([m for row in rows for m in row.mask], dtype=torch.bool),
        "lengths": torch.tensor([len(row.ids) for row in rows], dtype=torch.int64),
    }
    save_file(tensors, place / _TOKENS)
    write_json(place / _REST, {"samples": [row.id for row in rows], "shortened": shortened, "max_length": max_length})


def _load(folder: Path) -> list[Rendered]:
    from safetensors.torch import load_file

    tensors, rest = load_file(folder / _TOKENS), read_json(folder / _REST)
    lengths = tensors["lengths"].tolist()
    ids, masks = tensors["ids"].split(lengths), tensors["mask"].split(lengths)
    say_shortened(rest["shortened"], f"max_length={rest['max_length']}")  # in every run, not only in the first
    return [
        Rendered(name, tuple(i.tolist()), tuple(m.tolist()))
        for name, i, m in zip(rest["samples"], ids, masks, strict=True)
    ]
