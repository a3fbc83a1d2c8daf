"""The length of a dialogue in tokens of the embedded model, without torch or transformers.

The tokenizer is the one that stands in the model's GGUF file: byte-level BPE in ChatML. A test compares it with the one
that training uses. Reading it from the file takes seconds, so a copy is kept in the cache.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import cache_folder
from tutorsmith.core.cache import read_value, write_value
from tutorsmith.core.errors import ModelError, ResourceError
from tutorsmith.models.catalog import EMBEDDED_SHA256
from tutorsmith.models.resolve import embedded_gguf

TURN = 3
"""Tokens around the role and text of a turn: its start, its end, a line break."""
DEFAULT_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
"""What the model's template puts before a dialogue without a system message."""


def can_count() -> bool:
    """Whether the embedded model is installed, so that `count_tokens` gives its tokens."""
    try:
        embedded_gguf()
    except ModelError:
        return False
    return True


def count_tokens(messages: Sequence[Mapping[str, Any]]) -> int:
    """Tokens of a whole dialogue, as training shows it to the embedded model; tool calls count as their JSON.

    Raises: ModelError when the embedded model is not installed.
    """
    texts = [f"{message.get('role')}\n{_text_of(message)}" for message in messages]
    if not messages or messages[0].get("role") != "system":
        texts.insert(0, f"system\n{DEFAULT_SYSTEM}")
    encoded = _tokenizer().encode_batch(texts, add_special_tokens=False)
    return sum(len(part.ids) for part in encoded) + TURN * len(texts)


def text_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text alone, as the embedded model reads it.

    Raises: ModelError when the embedded model is not installed.
    """
    return [len(part.ids) for part in _tokenizer().encode_batch(list(texts), add_special_tokens=False)]


def _text_of(message: Mapping[str, Any]) -> str:
    content, calls = message.get("content"), message.get("tool_calls")
    text = content if isinstance(content, str) else ""
    # Half a surrogate pair is told elsewhere; the tokenizer takes none.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text + json.dumps(calls, ensure_ascii=True) if calls else text


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    # Each worker of a check counts for itself; threads inside them would only fight for the cores.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    kept = cache_folder() / "tokenizers" / f"{EMBEDDED_SHA256.removeprefix('sha256:')[:16]}.json"
    if (known := read_value(kept)) is not None:
        return Tokenizer.from_str(known)
    made = _from_gguf(embedded_gguf())
    # A cache that cannot be written costs time, nothing else.
    with suppress(ResourceError):
        write_value(kept, made.to_str())
    return made


def _from_gguf(file: Path) -> Any:
    """The tokenizer of a GGUF file, put together as transformers does.

    Raises: ModelError for a file that holds none of this kind.
    """
    from gguf import GGUFReader
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel

    fields = GGUFReader(str(file)).fields
    try:
        tokens = fields["tokenizer.ggml.tokens"].contents()
        merges = [tuple(pair.split(" ")) for pair in fields["tokenizer.ggml.merges"].contents()]
    except KeyError as error:
        raise ModelError(
            f"the GGUF has no {error}", where=str(file), mend="install the embedded model again"
        ) from error
    made = Tokenizer(BPE({token: number for number, token in enumerate(tokens)}, merges))
    made.pre_tokenizer = ByteLevel(add_prefix_space=False)
    return made
