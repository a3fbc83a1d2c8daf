"""A small course of its own: the starter's notes, eight samples and five benchmark items."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from expand_tools import STARTER

from tutorsmith.expand.queue import Queue, create_queue
from tutorsmith.expand.setting import Setting, read_setting
from tutorsmith.project import Stage, load_project


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("starter") / "course"
    shutil.copytree(STARTER, folder)
    return load_project(folder / "tutorsmith.toml").stage("style")


@pytest.fixture(scope="session")
def read(starter: Stage) -> Setting:
    return read_setting(starter, "sample", "en")


@pytest.fixture
def setting(read: Setting) -> Iterator[Setting]:
    yield read
    read.neighbours.forget_drafts()


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return create_queue(tmp_path / "queue.jsonl", stage="style", form="sample", language="en", notes=[])
