"""Weights in four bits, quantized once: a copy is kept, written while the program goes on."""

import importlib.metadata
import importlib.util
import json
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from tutorsmith.core.artifacts import cache_folder, hash_value
from tutorsmith.core.cache import damage_of, kept_folder, limit_bytes, note_use
from tutorsmith.core.errors import ModelError, ResourceError
from tutorsmith.core.memory import available_bytes

LOGGER = logging.getLogger("tutorsmith")
WRITER = "quantized weights"
"""Name of the thread that writes."""
ReadWeights = Callable[[Path, Mapping[str, Any]], Any]
"""(folder, options of from_pretrained) -> model."""


def four_bit(read: ReadWeights, folder: Path, compute: torch.dtype, fingerprint: Callable[[], str]) -> Any:
    """The model in NF4, from the copy that an earlier run quantized where there is one.

    The copy holds the very numbers that quantizing gives; it is a third to a quarter as long to read. fingerprint gives
    the folder's hash; nobody waits for it while there is no copy of any model.
    Raises: ModelError, ResourceError, as `read` does; ModelError without bitsandbytes.
    """
    wanted = _nf4(compute)
    models = cache_folder() / "models"
    model = None
    if not any(models.glob("nf4-*")):
        model = _trainable(read(folder, {"dtype": compute, "quantization_config": wanted}))
    version = importlib.metadata.version("bitsandbytes")
    name = hash_value([fingerprint(), wanted.to_dict(), str(compute), version]).removeprefix("sha256:")[:16]
    copy = models / f"nf4-{name}"
    if model is None and damage_of(copy) is None:
        note_use(copy)
        return _trainable(read(copy, {"dtype": compute}))
    if model is None:
        model = _trainable(read(folder, {"dtype": compute, "quantization_config": wanted}))
    _keep(model, copy)
    return model


def _keep(model: Any, copy: Path) -> None:
    """Write the copy on a thread of its own, for which the program waits only when it ends."""
    distinct: dict[int, tuple[str, torch.Tensor]] = {}
    for name, tensor in model.state_dict().items():  # of tied weights the first, as transformers keeps them
        distinct.setdefault(tensor.data_ptr(), (name, tensor))
    tensors = dict(distinct.values())
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size * 2 > limit_bytes():
        LOGGER.info("the quantized weights are not kept: they would take more than half of TUTORSMITH_CACHE_GIB")
    elif size * 2 > available_bytes():
        LOGGER.info("the quantized weights are not kept: main memory is too short to hold them meanwhile")
    else:
        # What is written must not change, nor may another thread touch the card.
        held = {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}
        texts = {"config.json": model.config.to_json_string()}
        if model.generation_config is not None:
            texts["generation_config.json"] = model.generation_config.to_json_string()
        threading.Thread(target=_write, args=(held, texts, copy), name=WRITER).start()


def _write(tensors: Mapping[str, torch.Tensor], texts: Mapping[str, str], copy: Path) -> None:
    def make(place: Path) -> None:
        for file, text in texts.items():
            (place / file).write_text(text, encoding="utf-8")
        write_safetensors(place / "model.safetensors", tensors)

    try:
        kept_folder(copy, make)
    except ResourceError as error:
        LOGGER.warning("the quantized weights are not kept: %s", error.what)


_TYPES = {
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.uint8: "U8",
    torch.int8: "I8",
    torch.int32: "I32",
    torch.int64: "I64",
}


def write_safetensors(file: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """The library's format (u64 length, JSON, data; github.com/huggingface/safetensors), without holding up other
    threads while it is written, as the library does.

    tensors: contiguous, in main memory. Raises: OSError.
    """
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, tensor in tensors.items():
        start, end = end, end + tensor.numel() * tensor.element_size()
        header[name] = {"dtype": _TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with file.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            out.write(tensor.reshape(-1).view(torch.uint8).numpy().data)


def _trainable(model: Any) -> Any:
    """Keep bitsandbytes from repacking 4-bit weights for AVX-512 when a CPU first answers.

    Repacked scales are rounded to bfloat16, a repacked layer cannot be trained any more, and some widths fail.
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return model


def _nf4(compute: torch.dtype) -> Any:
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ModelError(
            "4-bit needs bitsandbytes",
            where="quantization",
            mend="pip install 'tutorsmith[qlora]', or --set quantization=none",
        )
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=compute
    )
