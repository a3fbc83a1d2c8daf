"""A course of the tiny model for sweeps; it has not been run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from small_course import make_course
from tutorsmith.commands.stage import StageOptions
from tutorsmith.commands.sweep import SweepOptions, sweep_command

RATE = "learning_rate=1e-4..1e-2:log"


@pytest.fixture
def root(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_course(tmp_path, tiny_model)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUTORSMITH_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def drawn() -> None:
    """For tests that want the plots; the others do without the seconds that these take."""


@pytest.fixture
def swept(root: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Runs a sweep of the stage "style" and gives what its JSON says."""
    if "drawn" not in request.fixturenames:
        empty = {name: '<svg viewBox="0 0 1 1"></svg>' for name in ("history", "settings")}
        monkeypatch.setattr("tutorsmith.report.sweep_page.sweep_drawings", lambda _data: empty)
    from tutorsmith.core.artifacts import read_json

    def run(*over: str, trials: int = 3, stage: StageOptions | None = None, **more: Any) -> dict[str, Any]:
        whole = {"folds": 2, **more}
        sweep_command(SweepOptions(stage or StageOptions("style"), trials, over or (RATE,), **whole))
        return dict(read_json(root / "outputs/adapter/sweep_style/sweep_style.json"))

    return run
