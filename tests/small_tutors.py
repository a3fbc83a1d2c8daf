"""Tiny tutors that have learned an answer by heart, and a stand-in for a server that has such a model."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from completions_server import Reply
from tutorsmith.generation.engine import Completion, Engine, Forms, Sampling
from tutorsmith.models.load import LoadedModel, load_model


def teach(model: Path, prompt: Sequence[int], text: str, folder: Path) -> LoadedModel:
    """The model of a folder, taught to write the text after the prompt, and to end; kept in another folder."""
    tutor = load_model(str(model), device="cpu")
    tutor.model.requires_grad_(True)
    (end,) = tutor.ends
    answer = [*tutor.tokenizer.encode(text, add_special_tokens=False), end]
    ids = torch.tensor([[*prompt, *answer]])
    labels = ids.clone()
    labels[0, : len(prompt)] = -100
    steps = torch.optim.AdamW(tutor.model.parameters(), lr=5e-3)
    for _ in range(400):
        loss = tutor.model(input_ids=ids, labels=labels).loss
        if loss < 0.02:
            break
        loss.backward()
        steps.step()
        steps.zero_grad()
    tutor.model.save_pretrained(folder)
    tutor.tokenizer.save_pretrained(folder)
    return load_model(str(folder), device="cpu")


def answers(
    engine: Engine, prompts: Sequence[Sequence[int]], sampling: Sampling, forms: Forms = None
) -> list[Completion]:
    found: dict[int, Completion] = {}
    engine.generate(prompts, sampling, found.__setitem__, forms)
    return [found[k] for k in range(len(prompts))]


class Served:
    """A stand-in for a server with the model itself: continues ids greedily. tells_ids: as vLLM does."""

    def __init__(self, loaded: LoadedModel, *, tells_ids: bool) -> None:
        self.loaded, self.tells_ids, self.busy = loaded, tells_ids, threading.Lock()

    def __call__(self, path: str, body: dict[str, Any]) -> Reply:
        assert path == "/v1/completions"
        with self.busy:
            ids, reason = self._continue(body["prompt"], body["max_tokens"], body.get("logit_bias", {}))
        said = {"token_ids": ids} if self.tells_ids else {}
        return 200, {"choices": [{"text": self.loaded.tokenizer.decode(ids), "finish_reason": reason, **said}]}

    @torch.inference_mode()
    def _continue(self, prompt: list[int], most: int, bias: dict[str, float]) -> tuple[list[int], str]:
        ids: list[int] = []
        while len(ids) < most:
            logits = self.loaded.model(input_ids=torch.tensor([[*prompt, *ids]]), logits_to_keep=1).logits[0, -1]
            for token, value in bias.items():
                logits[int(token)] += value
            token = int(logits.argmax())
            if token in self.loaded.ends:
                return ids, "stop"
            ids.append(token)
        return ids, "length"
