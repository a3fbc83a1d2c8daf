"""Adapters from disk on a loaded model: proven to fit, applied for a while, taken off without a trace."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from tutorsmith.core.artifacts import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from tutorsmith.core.errors import ModelError
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.lora import (
    PREFIX,
    LoraShape,
    attach_lora,
    detach_lora,
    load_lora_state,
    merged,
    plain_shape,
)
from tutorsmith.models.resolve import read_object, safetensors_header


def check_adapter(loaded: LoadedModel, adapter: Path) -> None:
    """Prove that an adapter folder is whole and fits the base model.

    Raises: ModelError naming the first tensor that does not fit.
    """
    for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS):
        if not (adapter / name).is_file():
            raise ModelError(
                f"not an adapter folder: {name} is missing",
                where=str(adapter),
                mend="check --adapter-path, or train first",
            )
    config = read_object(adapter / ADAPTER_CONFIG, "train again, or copy the adapter again")
    if config.get("peft_type") != "LORA":
        kind = config.get("peft_type")
        raise ModelError(f"not a LoRA adapter but {kind}", where=str(adapter), mend="give a LoRA adapter")
    misfit = _misfit(loaded.model, config, safetensors_header(adapter / ADAPTER_WEIGHTS))
    if misfit is not None:
        base = config.get("base_model_name_or_path") or "another model"
        mend = f"it was trained on {base}; give that model with --model"
        raise ModelError(f"the adapter does not fit the model: {misfit}", where=str(adapter), mend=mend)


def _misfit(model: Any, config: dict[str, Any], header: dict[str, Any]) -> str | None:
    """The first thing that keeps an adapter from fitting a model, in words, or None.

    header: the safetensors header of the adapter: lora_A is (rank, in_features), lora_B (out_features, rank).
    """
    modules = {name: module for name, module in model.named_modules() if hasattr(module, "in_features")}
    parts: dict[str, set[str]] = {}
    for key, entry in header.items():
        path, _, part = key.removeprefix("base_model.model.").partition(".lora_")
        module = modules.get(path)
        if module is None:
            return f"no linear layer '{path}'"
        side = part[:1]
        parts.setdefault(path, set()).add(side)
        size = module.in_features if side == "A" else module.out_features
        found = entry["shape"][1 if side == "A" else 0]
        if size != found:
            return f"{path} has {size} features, the adapter {found}"
    if not parts:
        return "it holds no weights"
    half = next((path for path, sides in parts.items() if not {"A", "B"} <= sides), None)
    if half is not None:
        return f"it holds only half of {half}"
    if config.get("layers_to_transform") is None and config.get("exclude_modules") is None:
        # Otherwise PEFT gives the layers that it lacks fresh, untrained matrices, and goes on.
        kinds = {path.rpartition(".")[2] for path in parts}
        lacking = next((name for name in modules if name.rpartition(".")[2] in kinds and name not in parts), None)
        if lacking is not None:
            return f"it has nothing for {lacking}, so its model had fewer layers"
    return None


@contextmanager
def with_adapter(loaded: LoadedModel, adapter: Path | None) -> Iterator[LoadedModel]:
    """The loaded model with an adapter from disk, for the length of the block; the base is as before afterwards.

    16- and 32-bit weights are merged for speed and restored; 4-bit weights are never merged (peft#2321).

    Raises: ModelError when the adapter does not fit.
    """
    if adapter is None:
        yield loaded
        return
    check_adapter(loaded, adapter)
    shape = plain_shape(read_object(adapter / ADAPTER_CONFIG, "train again, or copy the adapter again"))
    if shape is None:
        with _with_peft(loaded, adapter):
            yield loaded
        return
    state = load_file(adapter / ADAPTER_WEIGHTS)
    _check_rank(state, shape, adapter)
    if loaded.quantization == "none":
        with merged(loaded.model, shape, state):
            yield loaded
        return
    paths = frozenset(key.removeprefix(PREFIX).partition(".lora_")[0] for key in state)
    try:
        attach_lora(loaded.model, shape, paths)
        load_lora_state(loaded.model, state)
        loaded.model.eval()
        yield loaded
    finally:
        detach_lora(loaded.model)


def _check_rank(state: Mapping[str, torch.Tensor], shape: LoraShape, adapter: Path) -> None:
    for key, tensor in state.items():
        found = tensor.shape[0 if ".lora_A." in key else 1]
        if found != shape.rank:
            raise ModelError(
                f"the adapter cannot be loaded: {key} has rank {found}, its {ADAPTER_CONFIG} says {shape.rank}",
                where=str(adapter),
                mend="train again, or copy the adapter again",
            )


@contextmanager
def _with_peft(loaded: LoadedModel, adapter: Path) -> Iterator[None]:
    """An adapter that is more than plain LoRA (DoRA, biases, several ranks), by PEFT's own layers."""
    base = loaded.model
    kept: dict[str, torch.Tensor] = {}
    tuned = _attached(base, adapter)
    try:
        if loaded.quantization == "none":
            # Subtracting the product again would leave rounding errors; a kept copy is exact. It waits in main memory.
            layers = {name: p for name, p in base.named_parameters() if ".base_layer." in name}
            kept = {name: p.detach().to("cpu", copy=True) for name, p in layers.items()}
            tuned.merge_adapter()
        loaded.model = tuned.get_base_model()
        yield
    finally:
        with torch.no_grad():
            for name, parameter in base.named_parameters():
                if name in kept:
                    parameter.copy_(kept[name])
        loaded.model = tuned.unload()


def _attached(base: Any, adapter: Path) -> Any:
    """The base with the adapter's layers around its own, in evaluation mode. Raises: ModelError (base unchanged)."""
    from peft import PeftModel

    try:
        with warnings.catch_warnings():
            # PEFT reads a property that transformers renamed.
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
            tuned = PeftModel.from_pretrained(base, str(adapter))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        for name, module in list(base.named_modules()):
            if hasattr(module, "base_layer"):
                base.set_submodule(name, module.base_layer)
        raise ModelError(
            f"the adapter cannot be loaded: {error}", where=str(adapter), mend="train again, or check --adapter-path"
        ) from error
    tuned.eval()
    return tuned
