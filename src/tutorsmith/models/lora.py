"""LoRA (Hu et al. 2021) on a model's linear layers: y = x W' + s (x A') B', in place, with the files that PEFT reads.

PEFT itself takes as long to import as torch. It is used for adapters that are more than this (DoRA, biases, ...).
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from tutorsmith.core.errors import ModelError

PREFIX = "base_model.model."
"""What PEFT puts before the name of a layer in an adapter's files."""
# Keys of adapter_config.json that say nothing about a plain adapter's numbers, whatever their value.
_SILENT = frozenset(
    {
        "alora_invocation_tokens",
        "auto_mapping",
        "base_model_name_or_path",
        "corda_config",
        "eva_config",
        "exclude_modules",
        "inference_mode",
        "init_lora_weights",
        "layers_pattern",
        "layers_to_transform",
        "loftq_config",
        "lora_alpha",
        "lora_dropout",
        "lora_ga_config",
        "megatron_config",
        "megatron_core",
        "peft_type",
        "peft_version",
        "qalora_group_size",
        "r",
        "revision",
        "runtime_config",
        "target_modules",
        "task_type",
    }
)


@dataclass(frozen=True)
class LoraShape:
    """rank: rows of A and columns of B; the product is scaled by alpha / rank."""

    rank: int
    alpha: float
    dropout: float = 0.0

    @property
    def scale(self) -> float:
        return self.alpha / self.rank


class LoraLinear(torch.nn.Module):
    """A linear layer with A (rank, in) and B (out, rank) beside it; the layer's own weights do not learn.

    A is drawn as PEFT draws it, from the same random numbers in the same order; B is zero, so that training starts at
    the base model. Both are float32 beside 16- and 4-bit weights.
    """

    def __init__(self, base_layer: Any, shape: LoraShape) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.in_features, self.out_features = base_layer.in_features, base_layer.out_features
        self.scale = shape.scale
        self.lora_dropout = torch.nn.Dropout(shape.dropout) if shape.dropout else torch.nn.Identity()
        self.lora_A = torch.nn.Linear(self.in_features, shape.rank, bias=False)
        self.lora_B = torch.nn.Linear(shape.rank, self.out_features, bias=False)
        torch.nn.init.kaiming_uniform_(self.lora_A.weight, a=math.sqrt(5))
        torch.nn.init.zeros_(self.lora_B.weight)
        weight = base_layer.weight
        kind = weight.dtype if weight.is_floating_point() else torch.float32
        self.to(weight.device)
        # 16-bit layers round A's first numbers, as PEFT's do; what learns is float32 all the same.
        for matrix in (self.lora_A, self.lora_B):
            matrix.to(kind).to(torch.promote_types(kind, torch.float32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (..., in) -> (..., out), in the type that the layer alone would give."""
        y: torch.Tensor = self.base_layer(x)
        low = self.lora_A(self.lora_dropout(x.to(self.lora_A.weight.dtype)))
        added: torch.Tensor = self.lora_B(low) * self.scale
        return y + added.to(y.dtype)


def attach_lora(model: Any, shape: LoraShape, names: frozenset[str] | None = None) -> dict[str, LoraLinear]:
    """Put a `LoraLinear` in the place of each linear layer but the output's, in the model's order.

    names: only of these paths. Returns the new layers by path.
    """
    head = model.get_output_embeddings()
    found = [
        (path, module)
        for path, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and module is not head and (names is None or path in names)
    ]
    made = {path: LoraLinear(module, shape) for path, module in found}
    for path, layer in made.items():
        model.set_submodule(path, layer)
    return made


def layers_of(model: Any) -> dict[str, LoraLinear]:
    """The adapted layers of a model by the path of the layer inside."""
    return {path: module for path, module in model.named_modules() if isinstance(module, LoraLinear)}


def detach_lora(model: Any) -> None:
    """Put the linear layers back that `attach_lora` wrapped."""
    for path, layer in layers_of(model).items():
        model.set_submodule(path, layer.base_layer)


def lora_state(model: Any) -> dict[str, torch.Tensor]:
    """The weights of A and B themselves, by the names that they have in PEFT's files."""
    return {
        f"{PREFIX}{path}.lora_{side}.weight": matrix.weight
        for path, layer in layers_of(model).items()
        for side, matrix in (("A", layer.lora_A), ("B", layer.lora_B))
    }


@torch.no_grad()
def load_lora_state(model: Any, state: Mapping[str, torch.Tensor]) -> None:
    """Copy saved weights into the adapted layers. Raises: ModelError when names or shapes differ."""
    own = lora_state(model)
    if own.keys() != state.keys():
        odd = sorted(own.keys() ^ state.keys())[0]
        raise ModelError(f"the adapter's layers are not the model's: {odd}", mend="train again with --fresh")
    for name, weight in own.items():
        if weight.shape != state[name].shape:
            what = f"{name} is {tuple(state[name].shape)}, not {tuple(weight.shape)}"
            raise ModelError(f"the adapter has another shape: {what}", mend="train again with --fresh")
        weight.copy_(state[name])


def plain_shape(config: Mapping[str, Any]) -> LoraShape | None:
    """The shape of an adapter by its adapter_config.json, or None for one that only PEFT knows how to apply."""
    odd = [key for key, value in config.items() if key not in _SILENT and value and (key, value) != ("bias", "none")]
    rank, alpha = config.get("r"), config.get("lora_alpha")
    # Other first values (PiSSA, OLoRA) change the base's weights as well.
    drawn = config.get("init_lora_weights", True) in (True, False, "gaussian", "orthogonal")
    if odd or not drawn or type(rank) is not int or rank < 1 or not isinstance(alpha, int | float):
        return None
    return LoraShape(rank, alpha)


def lora_config(shape: LoraShape, names: Iterator[str], base_name: str) -> dict[str, Any]:
    """adapter_config.json of a plain adapter on the layers of these paths, as PEFT (and vLLM, llama.cpp) read it."""
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_name,
        "inference_mode": True,
        "r": shape.rank,
        "lora_alpha": shape.alpha,
        "lora_dropout": shape.dropout,
        # All layers of a name are adapted, so the names suffice.
        "target_modules": sorted({path.rpartition(".")[2] for path in names}),
        "bias": "none",
        "fan_in_fan_out": False,
        "init_lora_weights": True,
        "layers_to_transform": None,
        "modules_to_save": None,
        "rank_pattern": {},
        "alpha_pattern": {},
        "use_dora": False,
        "use_rslora": False,
    }


@contextmanager
def merged(model: Any, shape: LoraShape, state: Mapping[str, torch.Tensor]) -> Iterator[None]:
    """The model with W + s B A for W where the adapter has a layer; afterwards the old weights, bit for bit.

    Subtracting the product again would leave rounding errors. The copies wait on the card while half of it is free,
    else in main memory: sixteen gigabytes there and back take longer than a dozen answers.
    """
    kept: list[tuple[torch.Tensor, torch.Tensor]] = []
    try:
        with torch.no_grad():
            for path, a, b in _pairs(state):
                weight = model.get_submodule(path).weight
                kind = torch.promote_types(weight.dtype, torch.float32)
                product = b.to(weight.device, kind) @ a.to(weight.device, kind)
                whole = torch.add(weight.to(kind), product, alpha=shape.scale)
                kept.append((weight, weight.detach().to(_waiting_place(weight.device), copy=True)))
                weight.copy_(whole)
        yield
    finally:
        with torch.no_grad():
            for weight, old in kept:
                weight.copy_(old)


def _waiting_place(device: torch.device) -> torch.device:
    if device.type != "cuda":
        return torch.device("cpu")
    free, total = torch.cuda.mem_get_info(device)
    free += torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # PyTorch's own, but unused
    return device if 2 * free > total else torch.device("cpu")


def _pairs(state: Mapping[str, torch.Tensor]) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
    """(path, A, B) of each adapted layer."""
    for key, a in state.items():
        path, side, _ = key.removeprefix(PREFIX).partition(".lora_A.")
        if side:
            yield path, a, state[key.replace(".lora_A.", ".lora_B.")]
