"""transformers without what this program never uses: half of its import goes to other people's needs.

Its model classes bring in training on several machines (and with it SymPy), losses for finding objects in pictures
(SciPy, torchvision), scikit-learn and flex attention, each behind a question whether the library is there. The
questions are answered with no before the first model class is imported; importing this module sees to that.

A process that has imported these classes before, or that several machines share (torchrun), is left as it is.
"""

import os
import sys

UNUSED = (
    "is_torch_distributed_available",
    "is_torch_flex_attn_available",
    "is_scipy_available",
    "is_sklearn_available",
    "is_vision_available",
    "is_torchvision_available",
)


def decline_unused() -> tuple[str, ...]:
    """Answer transformers' questions for `UNUSED` with no, for the rest of this process. Returns those it asks.

    The answer stays: a module that was imported without a library must go on believing that it is not there.
    """
    if "transformers.modeling_utils" in sys.modules or "TORCHELASTIC_RUN_ID" in os.environ or "RANK" in os.environ:
        return ()
    import transformers.utils as utils
    from transformers.utils import import_utils

    asked = tuple(name for name in UNUSED if hasattr(import_utils, name))
    for name in asked:
        for place in (import_utils, utils):
            if hasattr(place, name):
                setattr(place, name, _no)
    return asked


def _no(*_: object, **__: object) -> bool:
    return False


DECLINED = decline_unused()

from transformers import AttentionInterface  # noqa: E402  after the answers
from transformers.cache_utils import Cache, CacheLayerMixin  # noqa: E402
from transformers.integrations.sdpa_attention import sdpa_attention_forward  # noqa: E402

__all__ = ["DECLINED", "AttentionInterface", "Cache", "CacheLayerMixin", "decline_unused", "sdpa_attention_forward"]
