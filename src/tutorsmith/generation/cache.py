"""Answers already given, by the hash of everything they depend on. Base answers are never made twice, and a killed
prediction goes on where it was: every finished answer is a small file of its own, written atomically."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import cache_folder, hash_value
from tutorsmith.core.cache import read_value, write_value
from tutorsmith.generation.engine import Completion, Sampling
from tutorsmith.generation.form import Form

FORM_RULES = 2
"""Counted up when the same form would give another answer (`generation.guide`)."""


class AnswerCache:
    """Answers of one system: `identity` names the model, adapter, precision and engine that give them."""

    def __init__(self, identity: Sequence[str], folder: Path | None = None) -> None:
        self.identity = list(identity)
        self.folder = folder or cache_folder() / "answers"

    def path(self, prompt: Sequence[int], sampling: Sampling, form: Form | None = None) -> Path:
        """batch_size is left out: it changes the speed, not the answer that was asked for."""
        settings = [sampling.max_new_tokens, sampling.temperature, sampling.top_p, sampling.seed]
        asked: list[Any] = [self.identity, list(prompt), settings]
        if form is not None:
            asked.append([FORM_RULES, asdict(form)])
        key = hash_value(asked).removeprefix("sha256:")
        return self.folder / key[:2] / f"{key[2:]}.json"

    def get(self, prompt: Sequence[int], sampling: Sampling, form: Form | None = None) -> Completion | None:
        """A damaged entry counts as absent and is overwritten."""
        row = read_value(self.path(prompt, sampling, form))
        return row and Completion(tuple(row["ids"]), row["finish_reason"], row["seconds"])

    def put(self, prompt: Sequence[int], sampling: Sampling, completion: Completion, form: Form | None = None) -> None:
        """Raises: ResourceError."""
        row = {
            "ids": list(completion.ids),
            "finish_reason": completion.finish_reason,
            "seconds": round(completion.seconds, 3),
        }
        write_value(self.path(prompt, sampling, form), row)
