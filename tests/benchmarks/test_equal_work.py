"""Both sides of a comparison start alike and go alike, and a difference is noticed."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from equal_work import (
    PLAIN,
    Asked,
    Own,
    answers_compared,
    comparison,
    first_adapter,
    largest_difference,
    order_of,
    outlined,
    told,
)
from peer_trl import Order, partings, until_end
from safetensors.torch import load_file
from transformers import LlamaForCausalLM, get_cosine_schedule_with_warmup

from tutorsmith.commands.machine import init_command
from tutorsmith.models.load import load_model
from tutorsmith.models.lora import LoraShape
from tutorsmith.pipeline.context import Context
from tutorsmith.training.adapter import attach, state_of
from tutorsmith.training.loop import Plan, step_groups


@pytest.fixture
def run(tiny_model: Path, tmp_path: Path) -> Context:
    init_command(tmp_path / "course")
    config = ("--config", str(tmp_path / "course/tutorsmith.toml"))
    settings = (*PLAIN, f"model_name_or_path={tiny_model}", "num_train_epochs=3", "seed=5")
    return outlined(Asked.of("style", settings, config))


@pytest.mark.parametrize("total", [1, 8, 84])
def test_without_warm_up_the_rates_are_those_of_transformers(total: int) -> None:
    plan = Plan(1, 1, 8, 3e-4, 0.0, 0.0, 1.0, 0, 0)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=plan.learning_rate)
    schedule = get_cosine_schedule_with_warmup(optimizer, 0, total)
    for step in range(total):
        assert plan.rate(step, total) == pytest.approx(schedule.get_last_lr()[0], rel=1e-12, abs=1e-18)
        optimizer.step()
        schedule.step()


def test_the_peers_sampler_gives_the_rows_in_the_loops_order(run: Context) -> None:
    plan = Plan(3, 1, 4, 3e-4, 0.0, 0.0, 1.0, 0, 5)
    order = order_of(run, 10)
    sampler = Order(order)
    loader = torch.utils.data.DataLoader(list(range(10)), batch_size=1, sampler=sampler)  # type: ignore[arg-type]
    for epoch in range(3):
        sampler.set_epoch(epoch)
        given = [int(batch) for batch in loader]
        groups = step_groups(10, plan, epoch)
        assert given == [k for group in groups for k in group]
        assert sorted(given) == list(range(10))
    assert order[0] != order[1]


def test_the_peers_adapter_is_the_one_that_training_begins_with(run: Context, tiny_model: Path, tmp_path: Path) -> None:
    folder = first_adapter(run, tmp_path / "first")
    settings = run.settings.train.settings
    shape = LoraShape(settings.lora_r, settings.lora_alpha)
    own = state_of(attach(load_model(str(tiny_model)), shape, seed=5))
    handed = load_file(folder / "adapter_model.safetensors")
    assert handed.keys() == own.keys()
    assert all(torch.equal(handed[name], own[name]) for name in own)
    assert any(float(weight.abs().max()) > 0 for weight in handed.values())


def test_losses_are_compared_step_by_step() -> None:
    assert largest_difference([1.0, 2.0], [1.0, 2.5]) == 0.5
    assert largest_difference([1.0], [1.0, 2.0]) is None
    assert largest_difference([1.0, 2.0], [1.0, math.nan]) is None
    assert largest_difference([math.inf], [math.inf]) is None


@pytest.mark.parametrize(
    ("quantization", "losses", "tokens", "same"),
    [
        ("none", [1.0005, 2.0], [[5, 3]], True),
        ("none", [1.002, 2.0], [[5, 3]], False),
        ("4bit", [1.002, 2.0], [[5, 3]], True),
        ("4bit", [1.03, 2.0], [[5, 3]], False),
        ("none", [1.0, 2.0], [[5, 4]], False),
        ("none", [1.0], [[5, 3]], False),
    ],
)
def test_the_verdict_goes_by_losses_and_tokens(
    quantization: str, losses: list[float], tokens: list[list[int]], same: bool
) -> None:
    own = Own("tutorsmith", [1.0, 2.0], [[5, 3]])
    found = comparison("train", own, "trl", {"loss": losses, "tokens": tokens}, quantization)
    assert found["same_work"] is same
    assert ("not the same work" in told(found)) is not same


def test_answers_are_compared_token_by_token() -> None:
    apart = [{"id": "b", "place": 1, "ours": 2, "theirs": 3, "best": [2, 3], "gap": 1e-4}]
    found = answers_compared([[1, 2], [1, 2]], [[1, 2], [1, 3]], apart)
    assert found == {"same": 1, "of": 2, "partings": apart}
    line = told({"case": "a", "system": "tutorsmith", "peer": "hf", "answers": {"base": found}})
    assert "1 of 2 base answers the same" in line
    assert "1.0e-04" in line


def test_where_answers_part_the_two_best_logits_are_told(tiny_model: Path) -> None:
    model: Any = LlamaForCausalLM.from_pretrained(tiny_model).eval()
    task = {"questions": ["a", "b", "c"], "prompts": [[5, 6, 7]] * 3}
    found = partings(model, task, [[8, 9], [8, 10], [8]], [[8, 9], [8, 11], [8, 12]])
    with torch.inference_mode():
        best = model(torch.tensor([[5, 6, 7, 8]])).logits[0, -1].topk(2)
    gap = round(float(best.values[0] - best.values[1]), 6)
    shared = {"place": 1, "best": best.indices.tolist(), "gap": gap}
    assert found == [
        {"id": "b", "ours": 10, "theirs": 11} | shared,
        {"id": "c", "ours": None, "theirs": 12} | shared,
    ]


def test_an_answer_ends_before_its_first_end_token() -> None:
    assert until_end([4, 5, 2, 0], [2, 3]) == [4, 5]
    assert until_end([4, 5], [2]) == [4, 5]
    assert until_end([4, 2], []) == [4, 2]
