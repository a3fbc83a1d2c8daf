"""What loading a model brings in, and that torch's compiler and transformers are whole afterwards."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_models import make_model

from tutorsmith.models.lean import decline_unused

PROGRAM = """
import json, sys
import tutorsmith.models.adapters, tutorsmith.training.train, tutorsmith.pipeline.steps
from tutorsmith.models.load import load_model
from tutorsmith.training.adamw import AdamW
loaded = load_model(sys.argv[1], device="cpu")
import torch
ids = torch.tensor([[1, 40, 41, 42]])
loaded.model.requires_grad_(True)
loaded.model(input_ids=ids, labels=ids).loss.backward()
AdamW(list(loaded.model.parameters())).step(0.1)
names = ("peft", "scipy", "sklearn", "pint", "bitsandbytes", "matplotlib", "torch._dynamo",
         "torch.distributed.tensor", "torch.distributed.fsdp")
heavy = [name for name in names if name in sys.modules]

compiled = torch.compile(lambda x: x + 1, backend="eager")(torch.ones(2)).tolist()
from transformers.masking_utils import TransformGetItemToIndex
with TransformGetItemToIndex():
    picked = torch.vmap(lambda k: torch.arange(5)[k])(torch.tensor([3, 1])).tolist()
print(json.dumps([heavy, compiled, picked]))
"""


def test_loading_and_training_bring_in_only_what_they_use_and_break_nothing(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "llama")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    heavy, compiled, picked = json.loads(done.stdout.splitlines()[-1])
    assert heavy == []
    assert (compiled, picked) == ([2.0, 2.0], [3, 1])


@pytest.mark.parametrize("name", ["RANK", "TORCHELASTIC_RUN_ID"])
def test_a_process_of_several_machines_keeps_transformers_whole(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert decline_unused() == (), "model classes are there already"
    monkeypatch.delitem(sys.modules, "transformers.modeling_utils")
    assert "is_torch_distributed_available" in decline_unused()
    monkeypatch.setenv(name, "0")
    assert decline_unused() == ()
