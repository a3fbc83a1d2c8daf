"""Which kinds of attention this program computes rightly. A model with another kind is refused when it is loaded."""

from pathlib import Path
from typing import Any

from tutorsmith.core.errors import ModelError

# Where transformers' configs keep the bound of tanh-capped attention scores (Gemma 2, arXiv:2408.00118).
CAPS = ("attn_logit_softcapping", "attention_logit_cap")
KNOWN_LAYERS = frozenset({"full_attention", "sliding_attention"})


def check_attention(config: Any, folder: Path) -> None:
    """Every layer must attend to all earlier tokens, with plain softmax: the answers' attention does just that.

    config: a transformers config. A sliding window that no layer uses, or that holds the whole context, does no harm.

    Raises: ModelError saying what is not supported and what to do.
    """
    context = getattr(config, "max_position_embeddings", None)
    if not isinstance(context, int) or context < 1:
        raise ModelError(
            f"not supported: this {_kind(config)} model does not say how long its context is "
            "(max_position_embeddings in config.json)",
            where=str(folder),
            mend="use a text model that does (`tutorsmith models` lists some)",
        )
    if cap := next((name for name in CAPS if getattr(config, name, None)), None):
        raise ModelError(
            f"not supported: this {_kind(config)} model caps its attention scores ({cap}={getattr(config, cap)})",
            where=str(folder),
            mend="use a model without it (`tutorsmith models` lists some)",
        )
    layers = set(getattr(config, "layer_types", None) or ())
    if other := sorted(layers - KNOWN_LAYERS):
        raise ModelError(
            f"not supported: layers of type {', '.join(other)} in this {_kind(config)} model",
            where=str(folder),
            mend="use a model whose layers are all full_attention (`tutorsmith models` lists some)",
        )
    window = _window(config, layers)
    if window is not None and window < context:
        raise ModelError(
            f"not supported: a sliding window of {window} tokens in a context of {context}",
            where=str(folder),
            mend=f"set max_position_embeddings to {window} in a copy's config.json (within the window nothing "
            "differs), or use a model without a window",
        )


def _window(config: Any, layers: set[str]) -> int | None:
    """The sliding window in tokens where a layer uses it. Without layer types (Mistral, Phi-3) all layers do."""
    window = getattr(config, "sliding_window", None)
    if window is None or getattr(config, "use_sliding_window", True) is False:
        return None
    return int(window) if not layers or "sliding_attention" in layers else None


def _kind(config: Any) -> str:
    return str(getattr(config, "model_type", None) or "unnamed")
