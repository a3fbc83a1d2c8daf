"""The same work for Tutorsmith and its peers, and the proof that it was the same.

A peer gets, made by Tutorsmith's own code: the token ids of each row and which of them are learned, the order of the
rows in each epoch, the first adapter as a PEFT folder, and the prompts as token ids. With the same schedule (cosine
without warm-up), clipping and weight decay the losses must then agree step by step, and greedy answers must be the
same but where two tokens are as good as tied.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from tutorsmith.commands.stage import StageOptions, make_context
from tutorsmith.core.artifacts import ADAPTER_WEIGHTS, hash_file
from tutorsmith.generation.cache import AnswerCache
from tutorsmith.generation.engine import EngineOptions, Sampling, make_engine
from tutorsmith.models.load import load_model
from tutorsmith.models.lora import LoraShape
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.rows import training_rows
from tutorsmith.training.adapter import attach, save_adapter, state_of
from tutorsmith.training.loop import step_groups
from tutorsmith.training.train import plan_of

PLAIN = (
    "use_notes=false",
    "sections=off",
    "validation_share=0",
    "early_stopping_patience=0",
    "warmup_ratio=0",
    "lora_dropout=0",
)
"""Settings of every compared run: prompts without notes, answers without a guide, every row learned from, the schedule
that both sides have.
(transformers' warm-up gives the first step the rate 0; Tutorsmith's does not.)"""
TOLERANCE = {"none": 1e-3, "4bit": 2e-2}
"""Largest difference of a step's loss, in nats: float32, and NF4 computed in bfloat16."""
Answers = list[list[int]]


@dataclass(frozen=True)
class Asked:
    """What to run. flags: those of `tutorsmith run`."""

    stage: str
    flags: tuple[str, ...] = ()

    @classmethod
    def of(cls, stage: str, settings: Sequence[str], flags: Sequence[str] = ()) -> "Asked":
        return cls(stage, (*flags, *(word for pair in settings for word in ("--set", pair))))


def outlined(asked: Asked) -> Context:
    """The run as `tutorsmith run` would see it, its model converted and without its weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--config", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--train-files")
    given = parser.parse_args(asked.flags)
    run = make_context(
        StageOptions(
            stage=asked.stage,
            config=given.config,
            pairs=tuple(given.set),
            model=given.model,
            train_files=given.train_files,
        )
    )
    model = run.settings.model.settings
    run.loaded = load_model(model.model_name_or_path, dtype=model.dtype, device=model.device, weights=False)
    return run


def quantization_of(run: Context) -> str:
    """That of a compared run: "auto" would leave it to the card, and the peers could not follow."""
    asked: str = run.settings.model.settings.quantization
    return "4bit" if asked == "4bit" else "none"


def first_adapter(run: Context, folder: Path) -> Path:
    """The adapter that training begins with, as PEFT reads it. Weights beside it have sizes but no values here."""
    settings = run.settings.train.settings
    # A is drawn in float32 and rounded to the type of 16-bit weights; 4-bit ones leave it as it is.
    kind = torch.float32 if quantization_of(run) == "4bit" else run.loaded.dtype
    model = run.loaded.model.to(kind).to_empty(device="cpu").requires_grad_(False)
    loaded = replace(run.loaded, model=model, device=torch.device("cpu"), dtype=kind)
    shape = LoraShape(settings.lora_r, settings.lora_alpha, settings.lora_dropout)
    save_adapter(state_of(attach(loaded, shape, seed=settings.seed)), shape, loaded.name, folder)
    return folder


def order_of(run: Context, rows: int) -> list[list[int]]:
    """The rows' indices in the order of each epoch."""
    plan = plan_of(run.settings.train.settings)
    return [[k for step in step_groups(rows, plan, epoch) for k in step] for epoch in range(plan.epochs)]


def training_task(run: Context, adapter: Path) -> dict[str, Any]:
    """What the peers' scripts need to train: rows, order, first adapter, settings."""
    settings = run.settings.train.settings
    rows = training_rows(run)
    return {
        "model": str(run.loaded.folder),
        "rows": [{"ids": list(row.ids), "learned": list(row.mask)} for row in rows],
        "order": order_of(run, len(rows)),
        "adapter": str(first_adapter(run, adapter)),
        "settings": settings.model_dump(mode="json"),
        "quantization": quantization_of(run),
    }


def prompts_task(run: Context) -> dict[str, Any]:
    """What any script needs to answer the stage's questions: prompts, end tokens, the longest answer."""
    limit = run.settings.generate.settings.max_new_tokens
    asked = run.prompter().requests(run.items, max_new_tokens=limit)
    return {
        "model": str(run.loaded.folder),
        "prompts": [list(request.prompt) for request in asked],
        "questions": [request.id for request in asked],
        "ends": sorted(run.loaded.ends),
        "max_new_tokens": limit,
        "quantization": quantization_of(run),
    }


def own_answers(run: Context, folder: Path, cache: Path) -> dict[str, Answers]:
    """The token ids of a finished run's answers, out of the answer cache: {"base": ..., "tuned": ...}.

    Raises: KeyError when the cache lacks one, so that nothing is compared with less than all answers.
    """
    generate, seed = run.settings.generate.settings, run.settings.train.settings.seed
    sampling = Sampling(generate.max_new_tokens, generate.temperature, generate.top_p, seed)
    loaded = replace(run.loaded, quantization=quantization_of(run))
    prompts = [request.prompt for request in run.prompter().requests(run.items, max_new_tokens=sampling.max_new_tokens)]
    said: dict[str, Answers] = {}
    for name, adapter in (("base", None), ("tuned", folder)):
        engine = make_engine(run.engine_name, loaded, EngineOptions(adapter, generate.gguf_weights))
        tuned = hash_file(adapter / ADAPTER_WEIGHTS) if adapter else "none"
        kept = AnswerCache([run.engine_name, loaded.fingerprint, *engine.identity, tuned], cache / "answers")
        said[name] = []
        for prompt in prompts:
            completion = kept.get(prompt, sampling)
            if completion is None:
                raise KeyError(f"an answer of {name} is not in {kept.folder}")
            said[name].append(list(completion.ids))
    return said


@dataclass(frozen=True)
class Own:
    """One side of a comparison: its name, losses, (tokens, learned ones) of each row, answers by name."""

    system: str
    losses: Sequence[float] = ()
    tokens: Sequence[Sequence[int]] = ()
    answers: Mapping[str, Answers] | None = None


def tokens_of(task: Mapping[str, Any]) -> list[list[int]]:
    """[tokens, learned tokens] of each row of a training task."""
    return [[len(row["ids"]), sum(row["learned"])] for row in task["rows"]]


def comparison(case: str, own: Own, peer: str, made: Mapping[str, Any], quantization: str) -> dict[str, Any]:
    """How equal a peer's work was. made: what its script wrote."""
    found: dict[str, Any] = {"case": case, "system": own.system, "peer": peer}
    if own.losses:
        difference = largest_difference(own.losses, made["loss"])
        tolerance = TOLERANCE[quantization]
        same_tokens = [list(pair) for pair in made["tokens"]] == [list(pair) for pair in own.tokens]
        agree = difference is not None and difference <= tolerance
        found |= {
            "loss_difference": difference,
            "loss_tolerance": tolerance,
            "same_tokens": same_tokens,
            "same_work": agree and same_tokens,
        }
    if own.answers:
        found["answers"] = {
            name: answers_compared(said, made["answers"][name], made["partings"][own.system][name])
            for name, said in own.answers.items()
        }
    return found


def largest_difference(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Of two curves' losses step by step; None when they have not the same number of steps or a loss is no number."""
    if len(ours) != len(theirs) or not all(map(math.isfinite, (*ours, *theirs))):
        return None
    return max((abs(a - b) for a, b in zip(ours, theirs, strict=True)), default=0.0)


def answers_compared(ours: Answers, theirs: Answers, partings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """same: how many answers are equal token by token; partings: where the others part, and how near a tie that was."""
    same = sum(list(a) == list(b) for a, b in zip(ours, theirs, strict=True))
    return {"same": same, "of": len(ours), "partings": list(partings)}


def told(found: Mapping[str, Any]) -> str:
    """A comparison as a line of text."""
    said = []
    if "loss_difference" in found:
        number = found["loss_difference"]
        far = "the curves cannot be laid on each other" if number is None else f"losses differ by {number:.1e} at most"
        said.append(f"{far} (allowed {found['loss_tolerance']:g})")
        if not found["same_tokens"]:
            said.append("the rows' tokens are not the same")
    for name, answers in found.get("answers", {}).items():
        line = f"{answers['same']} of {answers['of']} {name} answers the same"
        if answers["partings"]:
            line += (
                f", others part where the two best logits are {max(p['gap'] for p in answers['partings']):.1e} apart"
            )
        said.append(line)
    verdict = "" if found.get("same_work", True) else " -> not the same work"
    return f"{found['case']}: {found['system']} and {found['peer']}: {'; '.join(said)}{verdict}"


def judge(comparisons: Sequence[Mapping[str, Any]]) -> None:
    """Tell all comparisons. Raises: SystemExit 1 when some work was not the same."""
    for found in comparisons:
        print(told(found))
    if not all(found.get("same_work", True) for found in comparisons):
        print("not the same work: the ratios say nothing")
        raise SystemExit(1)
