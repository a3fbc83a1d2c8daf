"""The fixture that writes run folders; their content is in `report_runs`."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from report_runs import MakeRun, extras, style_report


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Writes a run folder: `make_run(report, without=("manifest.json",), change={"seconds.json": {...}})`."""

    def make(
        report: Mapping[str, Any] | None = None,
        *,
        name: str = "adapter_style",
        without: tuple[str, ...] = (),
        change: Mapping[str, Any] | None = None,
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        written = copy.deepcopy(dict(report if report is not None else style_report()))
        files = {f"eval_report_{written.get('stage', 'style')}.json": written, **extras(), **(change or {})}
        for file, content in files.items():
            if file not in without:
                (folder / file).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return folder

    return make
