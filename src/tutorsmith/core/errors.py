"""One tree of errors. Each says what is wrong, where, and how to mend it, and knows its exit code.

    TutorsmithError (1)
    ├── UsageError (2)         a flag, stage or setting that does not exist or does not fit
    ├── DataError (3)          a file of samples, items, notes or predictions that cannot be used
    ├── ModelError (4)         a model or adapter that cannot be found, fetched or used
    │   ├── NetworkError (4)   the hub or a judge model's endpoint cannot be reached
    │   └── Diverged (4)       training whose loss is not finite
    ├── ResourceError (5)      memory, disk, device
    └── Interrupted (130)      stopped by a signal; the state is saved

Leaf errors also subclass the standard library's nearest type, so that callers who know nothing of this tree
still catch them by the name they expect.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TutorsmithError(Exception):
    """Base of all errors that a user can cause or mend.

    what: one sentence; where: "file:line", a field or a setting; mend: what to do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, mend: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  mend: {self.mend}" if self.mend else text


class UsageError(TutorsmithError, ValueError):
    exit_code = 2


class DataError(TutorsmithError, ValueError):
    exit_code = 3


class ModelError(TutorsmithError, RuntimeError):
    exit_code = 4


class NetworkError(ModelError, ConnectionError):
    pass


class Diverged(ModelError, ArithmeticError):
    pass


class ResourceError(TutorsmithError, OSError):
    exit_code = 5

    # OSError defines its own __str__ from errno arguments; ours must win.
    __str__ = TutorsmithError.__str__


class Interrupted(TutorsmithError):
    exit_code = 130


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant. Dashes, underscores, case and `--set ...=VALUE` do not count."""
    plain = {_plain(entry): entry for entry in known}
    near = get_close_matches(_plain(name), plain, n=1, cutoff=0.5)
    return plain[near[0]] if near else None


def _plain(name: str) -> str:
    return name.removeprefix("--set ").removesuffix("=VALUE").lstrip("-").replace("_", "-").lower()


def suggest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known name and lists them all."""
    names = sorted(known)
    near = nearest(name, names)
    listing = "known: " + ", ".join(names)
    return f"did you mean '{near}'? ({listing})" if near else listing
