"""Run folders to index: some good, some not. Made once, copied for each test."""

import shutil
from pathlib import Path

import pytest

from run_folders import LOOP, REFUSAL, RIGHT, WRONG, Made, make_run

DAY = 86_400


@pytest.fixture(scope="session")
def made_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """seed0, seed1, seed2: one configuration; slow: other settings, half right; loop: degenerate; small: few items."""
    root = tmp_path_factory.mktemp("runs")
    base = Made(questions=12, refusals=4)
    for seed in range(3):
        made = base.but(seed=seed, made=base.made + seed * DAY, answer=lambda k, s=seed: WRONG if k < s else RIGHT)
        make_run(root / f"seed{seed}", made)
    half = base.but(
        made=base.made + 3 * DAY, settings={"learning_rate": 5e-3}, answer=lambda k: RIGHT if k % 2 else WRONG
    )
    make_run(root / "group" / "slow", half)
    ill = base.but(made=base.made + 4 * DAY, settings={"lora_r": 1}, answer=lambda _: LOOP, refuse=lambda _: LOOP)
    make_run(root / "group" / "loop", ill)
    make_run(root / "small", base.but(questions=3, refusals=1, made=base.made + 5 * DAY, refuse=lambda _: REFUSAL))
    return root


@pytest.fixture
def root(made_runs: Path, tmp_path: Path) -> Path:
    target = tmp_path / "outputs"
    shutil.copytree(made_runs, target)
    return target
