"""A command as a program: our errors become one message and an exit code, signals leave through `finally` blocks.

Exit codes: 0 done, 1 the work says no, 2 usage or settings, 3 input data, 4 model or network, 5 resources,
130 interrupted. `tutorsmith gate` alone ends with 64 for usage, since 2 is an outcome there.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tutorsmith.core.errors import Interrupted, ResourceError, TutorsmithError, UsageError
from tutorsmith.core.progress import quiet_libraries

INTERRUPTED = "interrupted; finished answers and checkpoints are kept, run the same command again to go on"


@contextmanager
def program(usage_code: int = UsageError.exit_code) -> Iterator[None]:
    """Run the block as a whole program. Leaves by SystemExit when it fails or is interrupted.

    usage_code: how to leave for a UsageError, where 2 has another meaning.
    """
    quiet_libraries()
    if threading.current_thread() is threading.main_thread():
        # A terminated command leaves through its `finally` blocks, as Ctrl-C does.
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        _leave(INTERRUPTED, 130)
    except UsageError as error:
        _leave(f"error: {error}", usage_code)
    except TutorsmithError as error:
        _leave(str(error) if isinstance(error, Interrupted) else f"error: {error}", error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OSError, MemoryError) as error:
        _leave(f"error: {from_system(error)}", ResourceError.exit_code)


def from_system(error: OSError | MemoryError) -> ResourceError:
    """What the operating system refused where no step expected it."""
    if isinstance(error, MemoryError):
        return ResourceError("out of memory", mend="close other programs, or choose a smaller model")
    what = os.strerror(error.errno) if error.errno else str(error)
    where = str(error.filename) if error.filename else None
    return ResourceError(
        what, where=where, mend="check that this file can be read and written, and that the disk has room"
    )


def _leave(message: str, code: int) -> None:
    sys.stderr.write(f"{message}\n")
    sys.exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
