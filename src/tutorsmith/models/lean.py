"""transformers without what this program never uses: half of its import goes to other people's needs.

Its model classes bring in training on several machines, losses for finding objects in pictures (SciPy, torchvision),
scikit-learn and flex attention, each behind a question whether the library is there; and torch's compiler, to leave
marks on functions that only a compiled model heeds. Importing this module answers the questions with no and leaves the
marks out; after that, model classes can be imported as usual.

A process that has imported these classes before, or that several machines share (torchrun), is left as it is.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch

UNUSED = (
    "is_torch_distributed_available",
    "is_torch_flex_attn_available",
    "is_scipy_available",
    "is_sklearn_available",
    "is_vision_available",
    "is_torchvision_available",
)
COMPILER = "torch._dynamo"
_INDEXING = f"{COMPILER}._trace_wrapped_higher_order_op"
# Decorators that only tell the compiler how to treat a function.
MARKS = frozenset({"allow_in_graph", "assume_constant_result", "disable"})


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


@contextmanager
def without_compiler() -> Iterator[None]:
    """Within the block, importing torch's compiler gives a stand-in that leaves functions as they are. Whatever else is
    asked of it brings the real one in; so does any import after the block.

    On a machine with CUDA it is the real one: there its own modules are imported too (Triton's kernels need them).
    """
    if COMPILER in sys.modules or torch.cuda.is_available():
        yield
        return
    stand_ins = {COMPILER: _StandIn(COMPILER), _INDEXING: _StandIn(_INDEXING)}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        _withdraw()


def _withdraw() -> None:
    for name in (COMPILER, _INDEXING):
        if isinstance(sys.modules.get(name), _StandIn):
            del sys.modules[name]
    if isinstance(vars(torch).get("_dynamo"), _StandIn):
        del vars(torch)["_dynamo"]


class _StandIn(ModuleType):
    __path__: list[str] = []  # noqa: RUF012  as import writes it

    def __getattr__(self, name: str) -> Any:
        if self.__name__ == COMPILER and name in MARKS:
            return _mark
        if self.__name__ == _INDEXING and name == "TransformGetItemToIndex":
            return _indexing
        if name.startswith("__"):
            raise AttributeError(name)
        _withdraw()
        return getattr(importlib.import_module(self.__name__), name)


def _mark(function: Callable[..., Any] | None = None, *_: object, **__: object) -> Any:
    """In the place of `@disable` and the like, with or without arguments."""
    return _mark if function is None else function


def _indexing() -> Any:
    """`with TransformGetItemToIndex():`, which masks of unusual attention need, is the real one."""
    return importlib.import_module(_INDEXING).TransformGetItemToIndex()


DECLINED = decline_unused()
with without_compiler():
    # What the modules of all language models import.
    import transformers.generation.utils
    import transformers.masking_utils
    import transformers.modeling_layers  # noqa: F401
    from transformers import AttentionInterface

__all__ = ["DECLINED", "AttentionInterface", "decline_unused", "without_compiler"]
