"""Fixtures of the small course after one whole run; tests/pipeline and tests/commands take them in."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from small_course import make_course
from tutorsmith.commands.stage import StageOptions, make_context
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.run import RunResult, run_stage


@dataclass(frozen=True)
class Course:
    """A course folder and how to make a run of it; `cache` is its own."""

    root: Path
    cache: Path

    def context(self, stage: str = "style", **options: object) -> Context:
        return make_context(StageOptions(stage=stage, config=self.root / "tutorsmith.toml", **options))  # type: ignore[arg-type]

    def run(self, stage: str = "style", **options: object) -> RunResult:
        return run_stage(self.context(stage, **options))


def another_model(model: Path, folder: Path, hidden: int) -> Path:
    """A model of the same family with other weights, of another width where `hidden` says so."""
    import torch
    from transformers import AutoConfig, LlamaForCausalLM

    shutil.copytree(model, folder)
    config = AutoConfig.from_pretrained(model)
    config.hidden_size = hidden
    config.head_dim = hidden // config.num_attention_heads
    torch.manual_seed(1)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def first_run(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Course, RunResult]]:
    """The course after `tutorsmith run style`. Not to be changed."""
    root = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TUTORSMITH_CACHE", str(root / "cache"))
        make_course(root, tiny_model)
        course = Course(root, root / "cache")
        yield course, course.run()


@pytest.fixture
def course(first_run: tuple[Course, RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A copy of the course after its first run, with the cache that the run filled."""
    root = tmp_path / "course"
    shutil.copytree(first_run[0].root, root)
    monkeypatch.setenv("TUTORSMITH_CACHE", str(root / "cache"))
    monkeypatch.chdir(root)
    return Course(root, root / "cache")


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make a function fail the test when it is called."""

    def forbidding(name: str) -> None:
        def fail(*_arguments: object, **_named: object) -> None:
            raise AssertionError(f"{name} was called")

        monkeypatch.setattr(name, fail)

    return forbidding
