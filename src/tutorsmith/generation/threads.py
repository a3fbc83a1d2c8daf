"""Many answers asked for at once, each by a thread that waits for it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from tutorsmith.generation.engine import Completion


def answer_in_threads(
    order: Sequence[int],
    at_once: int,
    ask: Callable[[int, threading.Event], Completion],
    done: Callable[[int, Completion], None],
    give_up: Callable[[], None] = lambda: None,
) -> None:
    """Ask for each prompt of `order` and hand its answer over, in this thread, as soon as it is there.

    ask: gets the prompt's index and an event that is set once nobody wants the answer any more. give_up: ends requests
    that are under way, if that can be done; called at the end, and when an answer fails or `done` raises.

    Raises: whatever `ask` and `done` raise, once.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(at_once) as pool:
        asked: dict[Future[Completion], int] = {pool.submit(ask, k, stop): k for k in order}
        try:
            waiting = set(asked)
            while waiting:
                ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ended:
                    done(asked[future], future.result())
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            give_up()
