"""Answers in a form from a server that only continues texts: it is asked for some tokens, and a guide looks at them.

Whatever the guide takes instead goes into the next request, so that the server goes on behind it; servers keep what
they have read, so that a request costs little beside its tokens. A choice that is refused is forbidden in the next
request, which then brings the model's next best.
"""

from collections import deque
from collections.abc import Callable, Sequence

from tutorsmith.generation.choosing import TRIES
from tutorsmith.generation.guides import AnyGuide

Ask = Callable[[Sequence[int], int, Sequence[int], Sequence[int]], Sequence[int]]
"""(tokens said so far, how many more at most, tokens that may not come first, the only ones that may (empty: any)) ->
the next tokens, one at least; an end token, or END, where the model ends."""


def answer_in_parts(guide: AnyGuide, ask: Ask) -> tuple[tuple[int, ...], str]:
    """The answer's tokens without its end, and its finish reason."""
    said = guide.begin()
    heard: deque[int] = deque()
    refused: list[int] = []
    while len(said) < guide.limit:
        token = guide.forced()
        if token is None:
            if not heard:
                only = [token for token in guide.fitting() or () if token not in refused]
                heard.extend(ask(said, 1 if refused or only else guide.room(), refused, only))
            token = guide.judge(heard[0])
            if token is None:
                refused.append(heard[0])
                heard.clear()
                if len(refused) < TRIES:
                    continue
                token = guide.spare()
        if not heard or heard.popleft() != token:
            heard.clear()
        refused.clear()
        guide.take(token)
        if guide.ended:
            return tuple(said[: guide.kept]), guide.reason
        said.append(token)
    return tuple(said), "length"
