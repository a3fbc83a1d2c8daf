"""A process of its own for SymPy: killed when the time is over, bounded in memory, started again for the next call.

The caller writes one JSON line and waits for one; nothing else crosses. Run as `python -m tutorsmith.tools.worker` it
is that process.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from tutorsmith.tools.failure import ToolFailure

SECONDS = 5.0
"""Longest time for one call."""
START_SECONDS = 60.0
"""Longest time for the process to start, which a busy machine may need; no call is running then."""
MEMORY = 1 << 30
"""Most address space of the process, in bytes."""
FUNCTIONS = ("differentiate", "integrate")


class Worker:
    """One process for many calls, one at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def call(self, function: str, arguments: Mapping[str, Any], *, seconds: float = SECONDS) -> dict[str, Any]:
        """The result of a function of `symbolic`. Raises: ToolFailure when it fails or breaks a limit."""
        request = json.dumps({"function": function, "arguments": dict(arguments)}).encode() + b"\n"
        with self._lock:
            process = self._running()
            try:
                assert process.stdin is not None
                process.stdin.write(request)
                process.stdin.flush()
                line = _line(process, seconds)
            except BrokenPipeError:
                line = b""
            if not line:
                self._stop()
                if line is None:
                    raise ToolFailure(f"not solved within {seconds:g} s", "simplify the expression")
                raise ToolFailure("the calculation broke off, out of memory or time", "simplify the expression")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ToolFailure(answer["error"], answer["mend"])
        return answer

    def stop(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._stop()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self._stop()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-m", "tutorsmith.tools.worker"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self._owner = os.getpid()
        if not _line(self._process, START_SECONDS):
            self._stop()
            raise ToolFailure("the algebra system does not start", "answer without it")
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self._owner == os.getpid():  # after a fork the process belongs to the parent
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _line(process: "subprocess.Popen[bytes]", seconds: float) -> bytes | None:
    """The next line of the process; empty when it has ended, None when the time is over. One answer is one line."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline() if selector.select(seconds) else None


WORKER = Worker()
atexit.register(WORKER.stop)


def main() -> None:
    """Serve calls until the input ends."""
    _limit_memory()
    from tutorsmith.tools import symbolic

    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may stand between the answers
    out.write(b"ready\n")
    out.flush()
    for line in sys.stdin.buffer:
        _limit_time()
        out.write(json.dumps(_answer(symbolic, json.loads(line))).encode() + b"\n")
        out.flush()


def _answer(symbolic: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    if request["function"] not in FUNCTIONS:
        raise KeyError(request["function"])
    try:
        answer: dict[str, Any] = getattr(symbolic, request["function"])(**request["arguments"])
    except ToolFailure as failure:
        return failure.as_result()
    except RecursionError:
        return ToolFailure("the expression is too deep for the algebra system", "simplify it").as_result()
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as error:
        # SymPy tells an integral that it cannot do by any of these.
        told = f"the algebra system cannot do this ({type(error).__name__})"
        return ToolFailure(told, "simplify the expression, or split it").as_result()
    return answer


def _limit_time() -> None:
    """Processor time for the next call: it ends even when the caller is gone and nobody kills it."""
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    limit = int(usage.ru_utime + usage.ru_stime + SECONDS) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _limit_memory() -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    main()
