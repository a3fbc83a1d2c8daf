"""The adapter of a run: put on all linear layers, copied, saved as PEFT reads it (`tutorsmith.models.lora`)."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from tutorsmith.core.artifacts import ADAPTER_CONFIG, ADAPTER_WEIGHTS, write_bytes, write_json
from tutorsmith.models.load import ATTENTION, LoadedModel
from tutorsmith.models.lora import LoraShape, attach_lora, detach_lora, load_lora_state, lora_config, lora_state
from tutorsmith.models.packed import PACKED
from tutorsmith.training.lora_linear import fuse
from tutorsmith.training.merged_layers import release


def attach(loaded: LoadedModel, shape: LoraShape, *, seed: int) -> Any:
    """The model with an adapter freshly initialised from `seed` on its linear layers; only the adapter learns.

    Its attention takes packed rows (`models.packed`), its linear layers are fused (`training.lora_linear`).
    """
    torch.manual_seed(seed)
    attach_lora(loaded.model, shape)
    fuse(loaded.model, loaded.dtype)
    loaded.model.set_attn_implementation(PACKED)
    return loaded.model


def detach(loaded: LoadedModel, model: Any) -> None:
    """Give the base back as it was before `attach`."""
    detach_lora(model)
    release(model)
    model.set_attn_implementation(ATTENTION)
    model.eval()
    loaded.model = model


def state_of(model: Any) -> dict[str, torch.Tensor]:
    """A copy of the adapter's weights on the CPU, by PEFT's names."""
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in lora_state(model).items()}


def load_state(model: Any, state: dict[str, torch.Tensor]) -> None:
    """Raises: ModelError for an adapter of other layers."""
    load_lora_state(model, state)


def save_adapter(state: dict[str, torch.Tensor], shape: LoraShape, base_name: str, folder: Path) -> None:
    """Write `adapter_config.json` and `adapter_model.safetensors` as PEFT reads them. Raises: ResourceError."""
    paths = (name.partition(".lora_")[0] for name in state)
    # The weights first: when the disk is full, the old adapter keeps the configuration that fits it.
    write_bytes(folder / ADAPTER_WEIGHTS, save(dict(sorted(state.items())), metadata={"format": "pt"}))
    write_json(folder / ADAPTER_CONFIG, lora_config(shape, paths, base_name))
