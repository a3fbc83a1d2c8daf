"""A model folder or an adapter -> a GGUF that llama.cpp reads, made once and kept in the cache by content.

Names, keys and the order of rotated halves are those of llama.cpp's own converter (convert_hf_to_gguf.py): the query
and key rows of a Llama are interleaved for its kind of rotation, those of Qwen stay as they are.
"""

import json
import logging
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutorsmith.core.artifacts import (
    ADAPTER_CONFIG,
    ADAPTER_WEIGHTS,
    cache_folder,
    hash_file,
    hash_value,
    make_folder,
    writing_to,
)
from tutorsmith.core.errors import ModelError
from tutorsmith.models.resolve import read_object, safetensors_header, weight_files

if TYPE_CHECKING:
    import numpy as np

LOGGER = logging.getLogger("tutorsmith")
FORM = 1
"""Raised when what is written changes, so that older files in the cache are not taken."""
KINDS = ("f32", "f16", "q8_0")
# Model types of transformers whose layers llama.cpp's architecture of this name computes, and whether it rotates
# neighbouring numbers (then rows of queries and keys are reordered).
ARCHITECTURES = {"llama": ("llama", True), "qwen2": ("qwen2", False), "qwen3": ("qwen3", False)}
MEND = "use --engine torch, or give the model as a GGUF file that llama.cpp's own converter made"


def model_gguf(folder: Path, config: Any, tokenizer: Any, kind: str, fingerprint: str) -> Path:
    """The folder's model as a GGUF of that kind ("f32", "f16", "q8_0"; vectors stay float32).

    fingerprint: of the folder (`tutorsmith.models.resolve.fingerprint`); it names the file in the cache.

    Raises: ModelError for a model that is not of a known architecture, ResourceError without space in the cache.
    """
    name = hash_value([FORM, fingerprint, kind]).removeprefix("sha256:")[:16]
    file = cache_folder() / "gguf" / f"model-{name}-{kind}.gguf"
    architecture(config, folder)
    if not file.is_file():
        LOGGER.info("writing the model as a GGUF of %s once ...", kind)
        with _written(file) as draft:
            _write_model(draft, folder, config, tokenizer, kind)
    return file


def adapter_gguf(adapter: Path, config: Any) -> Path:
    """A PEFT LoRA folder as a GGUF adapter. Each module's scale (alpha over rank) is multiplied into its B matrix.

    Raises: ModelError for what a GGUF adapter cannot express, ResourceError without space in the cache.
    """
    parts = [FORM, hash_file(adapter / ADAPTER_CONFIG), hash_file(adapter / ADAPTER_WEIGHTS)]
    name = hash_value([*parts, *_rotation(config)]).removeprefix("sha256:")[:16]
    file = cache_folder() / "gguf" / f"adapter-{name}.gguf"
    if not file.is_file():
        with _written(file) as draft:
            _write_adapter(draft, adapter, config)
    return file


@contextmanager
def _written(file: Path) -> Iterator[Path]:
    """A draft beside the file, renamed over it when it is whole."""
    make_folder(file.parent)
    with writing_to(file):
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        os.close(handle)
        try:
            yield Path(name)
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)  # mkstemp makes files private
            os.replace(name, file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def architecture(config: Any, where: Path) -> str:
    """llama.cpp's name for the model's architecture. Raises: ModelError for one that is not written here."""
    known = ARCHITECTURES.get(config.model_type)
    if known is None:
        raise ModelError(f"a model of type '{config.model_type}' is not written as GGUF", where=str(where), mend=MEND)
    kind = _rope(config).get("rope_type", "default")
    if kind != "default":
        raise ModelError(f"positions scaled by '{kind}' are not written as GGUF", where=str(where), mend=MEND)
    if getattr(config, "use_sliding_window", False) or getattr(config, "mlp_bias", False):
        raise ModelError("sliding windows and biased MLPs are not written as GGUF", where=str(where), mend=MEND)
    return known[0]


def _rope(config: Any) -> dict[str, Any]:
    return getattr(config, "rope_parameters", None) or {}


def _heads(config: Any) -> tuple[int, int, int]:
    """Query heads, key heads, and the width of one."""
    heads = int(config.num_attention_heads)
    width = getattr(config, "head_dim", None) or int(config.hidden_size) // heads
    return heads, int(getattr(config, "num_key_value_heads", None) or heads), int(width)


def _rotation(config: Any) -> tuple[str, int, int]:
    heads, kv_heads, _ = _heads(config)
    return str(config.model_type), heads, kv_heads


def _namer(config: Any, where: Path) -> Callable[[str], str]:
    """transformers' name of a tensor -> llama.cpp's. Raises: ModelError for a tensor that has none there."""
    import gguf

    arch = next(key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == architecture(config, where))
    table = gguf.get_tensor_name_map(arch, int(config.num_hidden_layers))

    def name(key: str) -> str:
        found = table.get_name(key, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise ModelError(f"the tensor '{key}' has no place in a GGUF", where=str(where), mend=MEND)
        return str(found)

    return name


def _reordered(name: str, rows: Any, config: Any) -> Any:
    """Rows of a query or key projection, (out, ...), in the order in which llama.cpp rotates them.

    transformers pairs row k of a head with row k + width/2; a Llama GGUF lays such pairs side by side.
    """
    if not ARCHITECTURES[config.model_type][1] or not name.split(".")[-2].endswith(("attn_q", "attn_k")):
        return rows
    heads, kv_heads, width = _heads(config)
    count = heads if "attn_q" in name else kv_heads
    return rows.reshape(count, 2, width // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def _weights(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in weight_files(folder, "download the model again"):
        for key in safetensors_header(file):
            yield key, file


def _write_model(draft: Path, folder: Path, config: Any, tokenizer: Any, kind: str) -> None:
    """Tensors are read, converted and written one by one: a large model needs no memory for all of them."""
    import gguf
    import torch
    from safetensors import safe_open

    names = _namer(config, folder)
    tied = bool(getattr(config, "tie_word_embeddings", False))
    wanted = {key: file for key, file in _weights(folder) if not (tied and key == "lm_head.weight")}
    with closing(gguf.GGUFWriter(draft, architecture(config, folder))) as out:
        _write_keys(out, config, kind)
        _write_vocabulary(out, config, tokenizer)
        types: dict[str, Any] = {}
        for key, file in wanted.items():
            shape = tuple(safetensors_header(file)[key]["shape"])
            types[key] = _type(kind, shape)
            stored, dtype = _stored(types[key], shape)
            out.add_tensor_info(names(key), stored, dtype, math.prod(stored) * dtype.itemsize, types[key])
        out.write_header_to_file()
        out.write_kv_data_to_file()
        out.write_ti_data_to_file()
        for key, file in wanted.items():
            with safe_open(file, framework="pt") as tensors:
                rows = tensors.get_tensor(key).to(torch.float32).numpy()
            out.write_tensor_data(gguf.quants.quantize(_reordered(names(key), rows, config), types[key]))


def _type(kind: str, shape: tuple[int, ...]) -> Any:
    """Vectors stay float32; so do matrices whose rows do not divide into blocks of 32."""
    import gguf

    if len(shape) < 2 or kind == "f32" or (kind == "q8_0" and shape[-1] % 32):
        return gguf.GGMLQuantizationType.F32
    return gguf.GGMLQuantizationType[kind.upper()]


def _stored(kind: Any, shape: tuple[int, ...]) -> tuple[tuple[int, ...], "np.dtype[Any]"]:
    """The shape and type of a tensor's numbers in the file; those of blocks are bytes."""
    import gguf
    import numpy as np

    if kind == gguf.GGMLQuantizationType.Q8_0:
        return tuple(gguf.quants.quant_shape_to_byte_shape(shape, kind)), np.dtype(np.uint8)
    return shape, np.dtype(np.float16 if kind == gguf.GGMLQuantizationType.F16 else np.float32)


def _write_keys(out: Any, config: Any, kind: str) -> None:
    import gguf

    heads, kv_heads, width = _heads(config)
    out.add_type(gguf.GGUFType.MODEL)
    out.add_file_type({"f32": 0, "f16": 1, "q8_0": 7}[kind])
    out.add_quantization_version(gguf.GGML_QUANT_VERSION)
    out.add_context_length(int(config.max_position_embeddings))
    out.add_embedding_length(int(config.hidden_size))
    out.add_block_count(int(config.num_hidden_layers))
    out.add_feed_forward_length(int(config.intermediate_size))
    out.add_head_count(heads)
    out.add_head_count_kv(kv_heads)
    out.add_key_length(width)
    out.add_value_length(width)
    out.add_rope_dimension_count(width)
    out.add_layer_norm_rms_eps(float(config.rms_norm_eps))
    out.add_rope_freq_base(float(_rope(config).get("rope_theta", 10000.0)))
    out.add_vocab_size(int(config.vocab_size))


def _write_vocabulary(out: Any, config: Any, tokenizer: Any) -> None:
    """The tokens' texts and where answers end. Prompts are given as ids: llama.cpp never splits a text by this."""
    size = int(config.vocab_size)
    texts = [f"[PAD{k}]" for k in range(size)]
    types = [5] * size  # unused
    marks = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    for text, k in tokenizer.get_vocab().items():
        if k < size:
            texts[k], types[k] = text, 3 if k in marks else 1
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"].get("merges", [])
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("default")
    out.add_token_list(texts)
    out.add_token_types(types)
    out.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges] or ["a b"])
    out.add_add_bos_token(False)
    if tokenizer.eos_token_id is not None:
        out.add_eos_token_id(int(tokenizer.eos_token_id))
    if tokenizer.pad_token_id is not None:
        out.add_pad_token_id(int(tokenizer.pad_token_id))


def _write_adapter(draft: Path, adapter: Path, config: Any) -> None:
    import gguf
    from safetensors import safe_open

    settings = read_object(adapter / ADAPTER_CONFIG, "train again, or copy the adapter again")
    for key in ("use_dora", "lora_bias", "modules_to_save"):
        if settings.get(key):
            raise ModelError(
                f"an adapter with {key} has no form as GGUF", where=str(adapter), mend="use --engine torch"
            )
    names = _namer(config, adapter)
    weights = safe_open(adapter / ADAPTER_WEIGHTS, framework="pt")
    with closing(gguf.GGUFWriter(draft, architecture(config, adapter))) as out, weights as tensors:
        out.add_type(gguf.GGUFType.ADAPTER)
        out.add_string(gguf.Keys.Adapter.TYPE, "lora")
        out.add_float32(gguf.Keys.Adapter.LORA_ALPHA, 0.0)  # no further scale: it lies in the B matrices
        for key in sorted(tensors.keys()):
            path, _, side = key.removeprefix("base_model.model.").partition(".lora_")
            name = names(f"{path}.weight")
            rows = tensors.get_tensor(key).float().numpy()
            if side.startswith("B"):
                rows = _reordered(name, rows * lora_scale(settings, path, rows.shape[1]), config)
            out.add_tensor(f"{name}.lora_{side[0].lower()}", rows.astype("float32"))
        out.write_header_to_file()
        out.write_kv_data_to_file()
        out.write_tensors_to_file()


def lora_scale(settings: dict[str, Any], path: str, rank: int) -> float:
    """alpha over rank, or over its root for rank-stabilized adapters (Kalajdzievski 2023).

    A module may have an alpha of its own.
    """
    patterns = settings.get("alpha_pattern") or {}
    own = [value for key, value in patterns.items() if re.fullmatch(rf"(.*\.)?({key})", path)]
    alpha = float(own[0] if own else settings["lora_alpha"])
    return alpha / (rank**0.5 if settings.get("use_rslora") else rank)
