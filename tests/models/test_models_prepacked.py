"""Packed weights say the same, for any number of rows, and leave the model as it was."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tutorsmith.models import prepacked as module
from tutorsmith.models.load import load_model
from tutorsmith.models.prepacked import MOST_ROWS, prepacked

WITH_MKL = pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="PyTorch without MKL")


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Any:
    return load_model(str(tiny_model), device="cpu").model


@WITH_MKL
@pytest.mark.parametrize("tokens", [1, 2, 7, MOST_ROWS, MOST_ROWS + 1, 150])
def test_a_model_with_packed_weights_says_the_same(model: Any, tokens: int) -> None:
    ids = torch.arange(5, 5 + tokens)[None] % 200
    with torch.inference_mode():
        plain = model(input_ids=ids).logits
        with prepacked(model) as products:
            assert products == 4 * model.config.num_hidden_layers + 1
            assert torch.allclose(model(input_ids=ids).logits, plain, atol=1e-5)
        assert torch.equal(model(input_ids=ids).logits, plain)
    assert not [name for name, part in model.named_modules() if "forward" in vars(part)]


@WITH_MKL
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 11, 33, MOST_ROWS])
def test_one_packing_serves_any_number_of_rows_with_a_bias(rows: int) -> None:
    layer = torch.nn.Linear(576, 100)
    x = torch.randn((rows, 576))
    with torch.inference_mode(), prepacked(torch.nn.Sequential(layer)) as products:
        assert products == 1
        assert torch.allclose(layer(x), x @ layer.weight.t() + layer.bias, atol=1e-5)


@WITH_MKL
def test_weights_count_as_they_are_when_the_block_begins(model: Any) -> None:
    ids = torch.arange(5, 25)[None]
    weight = model.model.layers[0].self_attn.v_proj.weight
    kept = weight.clone()
    with torch.inference_mode():
        before = model(input_ids=ids).logits
        weight.add_(0.1)
        changed = model(input_ids=ids).logits
        with prepacked(model):
            assert torch.allclose(model(input_ids=ids).logits, changed, atol=1e-5)
        weight.copy_(kept)
        with prepacked(model):
            assert torch.allclose(model(input_ids=ids).logits, before, atol=1e-5)


def test_nothing_is_packed_where_it_does_not_fit(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with prepacked(torch.nn.Sequential(torch.nn.Linear(8, 8).to(torch.bfloat16))) as products:
        assert products == 0
    monkeypatch.setattr(module, "available_bytes", lambda: 1000)
    with prepacked(model) as products:
        assert products == 0
