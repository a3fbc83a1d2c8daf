"""LoRA on all linear layers (Hu et al. 2021), through PEFT: attach, copy, save."""

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import save

from tutorsmith.core.artifacts import ADAPTER_CONFIG, ADAPTER_WEIGHTS, write_bytes, write_json
from tutorsmith.models.load import ATTENTION, LoadedModel
from tutorsmith.models.packed import PACKED
from tutorsmith.training.lora_linear import fuse


def attach(loaded: LoadedModel, *, rank: int, alpha: int, dropout: float, seed: int) -> Any:
    """A PEFT model around the base, its adapter freshly initialised from `seed`; only the adapter learns.

    Its attention takes packed rows (`models.packed`), its linear layers are fused (`training.lora_linear`).
    """
    torch.manual_seed(seed)
    config = LoraConfig(
        r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    with warnings.catch_warnings():
        # PEFT reads a property that transformers renamed.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        model = get_peft_model(loaded.model, config)
    fuse(model, loaded.dtype)
    model.get_base_model().set_attn_implementation(PACKED)
    return model


def detach(loaded: LoadedModel, model: Any) -> None:
    """Give the base back as it was before `attach`."""
    loaded.model = model.unload()
    loaded.model.set_attn_implementation(ATTENTION)
    loaded.model.eval()


def state_of(model: Any) -> dict[str, torch.Tensor]:
    """A copy of the adapter's weights on the CPU, by PEFT's names."""
    return {
        name: tensor.detach().cpu().clone().contiguous() for name, tensor in get_peft_model_state_dict(model).items()
    }


def load_state(model: Any, state: dict[str, torch.Tensor]) -> None:
    set_peft_model_state_dict(model, state)


def save_adapter(model: Any, state: dict[str, torch.Tensor], base_name: str, folder: Path) -> None:
    """Write `adapter_config.json` and `adapter_model.safetensors` as PEFT reads them. Raises: ResourceError."""
    with tempfile.TemporaryDirectory() as scratch:
        model.peft_config["default"].save_pretrained(scratch)
        config = json.loads((Path(scratch) / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base_name
    config["inference_mode"] = True
    # PEFT keeps a set of full paths in no stable order; all layers of a name are targets, so the names suffice.
    config["target_modules"] = sorted({path.rpartition(".")[2] for path in config["target_modules"]})
    # The weights first: when the disk is full, the old adapter keeps the configuration that fits it.
    write_bytes(folder / ADAPTER_WEIGHTS, save(dict(sorted(state.items())), metadata={"format": "pt"}))
    write_json(folder / ADAPTER_CONFIG, config)
