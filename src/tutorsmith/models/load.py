"""Local folder -> model and tokenizer in memory."""

import logging
import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch

from tutorsmith.core.cache import kept_folder
from tutorsmith.core.errors import ModelError, ResourceError, UsageError
from tutorsmith.models.attention import check_attention
from tutorsmith.models.four_bit import four_bit
from tutorsmith.models.lean import without_compiler
from tutorsmith.models.norms import fuse_norms
from tutorsmith.models.outline import outline
from tutorsmith.models.render import end_of_turn_ids, stop_tokens
from tutorsmith.models.resolve import (
    LocalModel,
    converted_folder,
    fingerprint,
    gguf_of,
    is_whole,
    resolve_model,
    safetensors_header,
    verify_embedded,
)
from tutorsmith.models.siblings import join_siblings
from tutorsmith.models.stop_tokens import audit_record

LOGGER = logging.getLogger("tutorsmith")
ATTENTION = "sdpa"
"""Attention of a model that neither trains nor answers."""


@dataclass
class LoadedModel:
    """A causal language model with its tokenizer, ready to train or answer. `ends` are the end-of-turn token ids.

    generation_audit: where answers end, and what is wrong with the saved settings (`tutorsmith.models.stop_tokens`).
    folder: the transformers folder; gguf: the GGUF that it came from or that lies in it, if there is one.
    """

    name: str
    model: Any
    tokenizer: Any
    ends: frozenset[int]
    device: torch.device
    dtype: torch.dtype
    quantization: str
    fingerprint: str
    origin: str
    generation_audit: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)
    gguf: Path | None = None

    @property
    def context(self) -> int:
        """Longest sequence in tokens."""
        return int(self.model.config.max_position_embeddings)

    @property
    def pad(self) -> int:
        """An id to fill with; masked everywhere, so any valid id does."""
        pad = self.tokenizer.pad_token_id
        return int(pad if pad is not None else min(self.ends, default=0))


def choose_device(wanted: str) -> torch.device:
    """Raises: UsageError for an unknown device, ResourceError for CUDA that is not there."""
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise UsageError(f"unknown device '{wanted}'", where="device", mend="use auto, cpu, cuda or cuda:0") from error
    if device.type not in ("cpu", "cuda"):
        raise UsageError(f"device '{wanted}' is not supported", where="device", mend="use auto, cpu, cuda or cuda:0")
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if (device.index or 0) >= count:
        raise ResourceError(
            f"no such CUDA device: {count} found" if count else "no CUDA device here",
            where="device",
            mend="use --set device=cpu, or check the driver with `tutorsmith doctor`",
        )
    return device


ROOMY = 4
"""A card with this many times the memory of the 16-bit weights has room to train on them unquantized."""


def choose_quantization(wanted: str, folder: Path, place: torch.device) -> str:
    """ "auto" is 4bit on CUDA, unless the 16-bit weights take less than a quarter of the card: then quantizing would
    cost answers and gain nothing. On a CPU it is none: NF4 is slower there and saves no memory."""
    if wanted != "auto":
        return wanted
    if place.type != "cuda":
        return "none"
    weights = 2 * sum(
        math.prod(e["shape"]) for f in folder.glob("*.safetensors") for e in safetensors_header(f).values()
    )
    return "none" if ROOMY * weights < usable_memory(place) else "4bit"


def usable_memory(place: torch.device) -> int:
    """Bytes of a CUDA device that this process may take, others left aside."""
    share: float = torch.cuda.get_per_process_memory_fraction(place.index or 0)
    return int(share * torch.cuda.get_device_properties(place).total_memory)


def limit_memory(place: torch.device, gib: float) -> None:
    """Keep this process within so much of a card (0: all of it). Raises: UsageError for more than the card has."""
    if place.type != "cuda":
        return
    total = torch.cuda.get_device_properties(place).total_memory
    if gib * 2**30 > total:
        raise UsageError(
            f"the card has {total / 2**30:.1f} GiB, not {gib:g}",
            where="device_memory_gib",
            mend="give less, or 0 for all",
        )
    torch.cuda.set_per_process_memory_fraction(gib * 2**30 / total if gib else 1.0, place.index or 0)


def load_model(
    name: str,
    *,
    quantization: str = "auto",
    dtype: str = "auto",
    device: str = "auto",
    memory_gib: float = 0.0,
    weights: bool = True,
) -> LoadedModel:
    """Resolve and load a model.

    quantization: "none", "4bit" (NF4, double quantization, through bitsandbytes) or "auto", see `choose_quantization`.
    dtype: compute type; "auto" is bfloat16 on CUDA and float32 on the CPU.
    memory_gib: most memory of a card that may be used; 0 is all.
    weights: False leaves them on the disk (`tutorsmith.models.outline`); nothing can be computed with the model then.

    Raises: ModelError, NetworkError, ResourceError.
    """
    local = resolve_model(name)
    folder = converted(local) if local.is_gguf else local.path
    place = choose_device(device)
    limit_memory(place, memory_gib)
    kind = ("bfloat16" if place.type == "cuda" else "float32") if dtype == "auto" else dtype
    bits = choose_quantization(quantization, folder, place) if weights else "none"
    compute: torch.dtype = getattr(torch, kind)
    with ThreadPoolExecutor(1) as beside:  # hashing leaves Python free to load
        known = beside.submit(fingerprint, folder)
        tokenizer = _tokenizer(folder)
        if not weights:
            model = _outline(folder)
        elif bits == "4bit":
            model = four_bit(partial(read_weights, place=place), folder, compute, known.result)
        else:
            model = read_weights(folder, {"dtype": compute}, place)
    model.eval()
    model.requires_grad_(False)
    if place.type == "cuda" and weights:  # where the number of kernels counts
        fuse_norms(model)
        join_siblings(model)
    eos = getattr(model.generation_config, "eos_token_id", None)
    ends = end_of_turn_ids(tokenizer, eos)
    audit = audit_record(stop_tokens(tokenizer, eos), sorted(ends))
    own = gguf_of(local)
    return LoadedModel(
        local.name, model, tokenizer, ends, place, compute, bits, known.result(), local.origin, audit, folder, own
    )


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"the tokenizer cannot be loaded: {error}", where=str(folder), mend="download the model again"
        ) from error


def _outline(folder: Path) -> Any:
    try:
        return outline(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"the model cannot be read: {error}", where=str(folder), mend="check its type") from error


def read_weights(folder: Path, options: Mapping[str, Any], place: torch.device) -> Any:
    """The model of a folder, read straight to its device."""
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForCausalLM

    always = {"attn_implementation": ATTENTION, "trust_remote_code": False, "device_map": {"": place}}
    mend = "download it again, or check its type"
    try:
        # Before the weights are read: some take minutes.
        check_attention(AutoConfig.from_pretrained(folder, trust_remote_code=False), folder)
        with _quiet(), without_compiler():
            model, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True, **always, **options)
    except ModelError:
        raise  # it is a RuntimeError too, and says already what is wrong
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        if isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error):
            raise ResourceError(
                f"the model does not fit into the device's memory: {error}",
                where=str(folder),
                mend="use --set quantization=4bit or a smaller model (`tutorsmith models`)",
            ) from error
        raise ModelError(f"the model cannot be loaded: {error}", where=str(folder), mend=mend) from error
    # transformers fills what a file lacks with random numbers and goes on.
    lacking = sorted(info["missing_keys"]) + sorted(str(key) for key in info["mismatched_keys"])
    if lacking:
        what = f"{len(lacking)} of its weights are missing or of another shape, such as {lacking[0]}"
        raise ModelError(f"the weights do not fit config.json: {what}", where=str(folder), mend=mend)
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the bars that transformers draws over ours."""
    from transformers.utils import logging as hf_logging

    hf_logging.disable_progress_bar()
    try:
        yield
    finally:
        hf_logging.enable_progress_bar()


def converted(local: LocalModel) -> Path:
    """The transformers folder of a GGUF, made once and kept in the cache by the file's content.

    Raises: ModelError (a damaged or unsupported GGUF), ResourceError (no space in the cache).
    """

    def make(folder: Path) -> None:
        if local.row is not None and local.row.embedded:
            verify_embedded(local.path)
        LOGGER.info("converting %s once ...", local.path.name)
        with _quiet():
            _convert(local.path, folder)

    return kept_folder(converted_folder(local.path), make, is_whole)


def _convert(gguf: Path, made: Path) -> None:
    """transformers reads the GGUF and dequantizes it to float32; the result is written as a plain transformers folder.

    `save_pretrained` refuses a model that came from a GGUF, so its tensors move into an empty model first.
    """
    import struct

    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    try:
        tokenizer = AutoTokenizer.from_pretrained(**source)
        model = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)
    except (OSError, ValueError, KeyError, IndexError, RuntimeError, NotImplementedError, struct.error) as error:
        raise ModelError(
            f"this GGUF cannot be converted: {error}",
            where=str(gguf),
            mend="download it again (it may be cut short), or use a transformers folder",
        ) from error
    config = model.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with torch.device("meta"):
        empty = AutoModelForCausalLM.from_config(config)
    empty.load_state_dict(model.state_dict(), assign=True)
    empty.tie_weights()
    empty.save_pretrained(made)
    tokenizer.save_pretrained(made)
