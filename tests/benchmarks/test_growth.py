"""The growth benchmark runs, with a row a count that stays when another count is measured."""

import os
import subprocess
import sys
from pathlib import Path

from tutorsmith.core.artifacts import read_json

ROOT = Path(__file__).resolve().parents[2]


def test_rows_of_samples_and_prompts_are_measured_and_kept(tiny_model: Path, tmp_path: Path) -> None:
    output = tmp_path / "growth.json"

    def measure(samples: str, prompts: str) -> list[str]:
        command = [sys.executable, str(ROOT / "benchmarks/growth.py"), "--samples", samples, "--prompts", prompts]
        command += ["--output", str(output), "--set", "max_length=16000"]
        environment = os.environ | {"MODEL_NAME_OR_PATH": str(tiny_model)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [row["case"] for row in read_json(output)["rows"]]

    assert measure("", "3") == ["3 prompts"]
    assert measure("9", "2") == ["9 samples", "2 prompts", "3 prompts"]
    trained, answered, _ = read_json(output)["rows"]
    assert len(trained["loss"]) == 4 and set(trained["seconds"]) == {
        "render", "first_step_cold", "first_step_warm", "train", "total",
    }  # fmt: skip
    assert trained["train_tokens_per_s"] > 0 and answered["prompts_per_s"] > 0
    assert output.with_suffix(".svg").read_text(encoding="utf-8").count("<svg") == 1
