"""Decoding that cannot write a bad call: from its mark on, only what the tools' schemas and the conversation allow.

The model decides whether to call, which tool, which of the optional arguments, and which of the values that are open to
it; at each token it has its best choice among those that fit (`paths`). What is certain is written without asking it.
Before a call nothing changes: an answer without one is that of the guide inside, or the model's own.
"""

from collections import deque

from tutorsmith.generation.call_form import Calls
from tutorsmith.generation.choosing import Choosing
from tutorsmith.generation.guide import END, STEP, Guide
from tutorsmith.generation.paths import Path, Ways, advance, call_ways, nearest, shortest
from tutorsmith.generation.vocabulary import Vocabulary
from tutorsmith.generation.written import CALL

_CERTAIN = 12
"""Bytes that must be certain before they are written without asking."""
_SPARE = 4
"""Tokens kept free: a text cut in two may take more than the whole."""
_BEGUN = CALL[:5]
"""What no answer says that has nothing to call."""
_AT_ONCE = 32
"""Tokens to ask a server for before it is looked whether a call has begun."""


class CallGuide(Choosing):
    """The way of one answer that may hold calls. See `guide.Guide`, whose methods it has; inner: that of its sections.

    limit: the most tokens of the answer. A call that would have no room left is not held to anything.
    Raises: ValueError for a tokenizer that cannot spell all texts.
    """

    def __init__(
        self, calls: Calls, vocabulary: Vocabulary, limit: int, ends: frozenset[int], inner: Guide | None = None
    ) -> None:
        self.calls, self.vocabulary, self.inner = calls, vocabulary, inner
        self.limit, self.ends = limit, ends
        self.ways: Ways = ()  # within a call
        self.count = 0
        self.said = bytearray()
        self.done = False
        self.own_queue: deque[int] = deque()
        self.calls_made: list[tuple[bytes, int]] = []  # each with the number of tokens up to its end
        self.own_kept = 0
        if not vocabulary.spells_all:
            raise ValueError("the tokenizer cannot spell all texts")

    @property
    def ended(self) -> bool:
        return self.done or (self.inner is not None and self.inner.ended)

    @property
    def kept(self) -> int:
        return self.inner.kept if self.inner and not self.done else self.own_kept

    @property
    def reason(self) -> str:
        """The finish reason of an answer that has ended."""
        return self.inner.reason if self.inner and not self.done else "stop"

    @property
    def queue(self) -> deque[int]:
        """Tokens that come for certain."""
        return self.inner.queue if self.inner and not self.ways else self.own_queue

    def begin(self) -> list[int]:
        """Nothing is said before the model is asked: the answer may be a call."""
        return []

    def fitting(self) -> list[int] | None:
        """The only tokens that may come next; None where the choice is wider, or none is to be made."""
        if not self.ways or self.forced() is not None:
            return None
        fitting = self.vocabulary.fitting(self.ways)
        return None if fitting is None else [*fitting, *(self.ends if self._may_end() else ())]

    def forced(self) -> int | None:
        """What comes whatever the model says; None where it is asked."""
        if self.done:
            return END
        if not self.ways:
            return self.inner.forced() if self.inner else None
        if self.own_queue:
            return self.own_queue[0]
        if not self._has_room(self.ways):
            return self._hurry()
        if len(self.ways) > 1 or not isinstance(self.ways[0], Path):
            return None
        text = self.ways[0].text
        if not text:
            return self._end()
        # From one word's beginning to another's: there a tokenizer splits a text whatever stands around it.
        last = text.rfind(b" ")
        if last >= _CERTAIN and text.startswith(b" "):
            return self._say(text[:last])
        return None

    def judge(self, token: int) -> int | None:
        """What is said where the model chooses this token: itself or another; None: let it choose another."""
        ends = token == END or token in self.ends
        if self.ways:
            if ends:
                return token if self._may_end() else None
            piece = self.vocabulary.spelling.bytes_of(token)
            after = advance(self.ways, piece) if piece else ()
            return token if after and self._has_room(after, 1) else None
        said = self.inner.judge(token) if self.inner else token
        if said is None or said == END or said in self.ends:
            return said
        piece = self.vocabulary.spelling.bytes_of(said)
        if not self.calls.tools and self._calls_in_vain(piece):
            return None
        return said if self._begun(piece) is not None else None

    def spare(self) -> int:
        """The shortest way on where nothing that the model says fits."""
        if not self.ways:
            return self.inner.spare() if self.inner else self._end()
        ways: Ways | None = self.ways
        text = b""
        while not text and ways is not None:
            text, ways = nearest(ways)
        return self._say(text) if text else self._end()

    def room(self) -> int:
        """How many tokens may be asked for at once."""
        if not self.ways:
            return min(_AT_ONCE, self.inner.room() if self.inner else self.limit - self.count)
        return STEP

    def take(self, token: int) -> None:
        """Go on behind this token."""
        if token == END or token in self.ends:
            self._finish(token)
            return
        if self.own_queue:
            self.own_queue.popleft()
        piece = self.vocabulary.spelling.bytes_of(token)
        self.count += 1
        if self.ways:
            self.ways = advance(self.ways, piece)
            self.said += piece
            self._look_for_end()
        else:
            self.ways = self._begun(piece) or ()
            self.said += piece
            if self.inner:
                self.inner.take(token)

    def _calls_in_vain(self, piece: bytes) -> bool:
        """Whether a call begins, though there is nothing to call."""
        opens = not self.said.strip() and bool(piece.strip()) and CALL.startswith(piece.strip())
        return opens or _BEGUN in self.said[1 - len(_BEGUN) :] + piece

    def _begun(self, piece: bytes) -> Ways | None:
        """The ways on behind a piece that completes the mark of a call; () for one that does not, None for one that
        goes on as no call does."""
        before = self.said[1 - len(CALL) :]
        text = before + piece
        at = text.find(CALL)
        if at < 0:
            return ()
        if not self.calls.tools:
            return None
        rest = bytes(text[at + len(CALL) :])
        ways = call_ways(self.calls)
        if not self._has_room(ways, 1):
            return ()
        return (advance(ways, rest) or None) if rest else ways

    def _may_end(self) -> bool:
        return any(isinstance(way, Path) and not way.text and way.then is None for way in self.ways)

    def _has_room(self, ways: Ways, more: int = 0) -> bool:
        """Whether the answer can be ended behind so many tokens more."""
        left = self.limit - self.count - more - _SPARE
        text = shortest(ways)
        return len(text) < left or len(self.vocabulary.ids_of(text)) < left

    def _hurry(self) -> int:
        """The shortest way to the end, all in one: there is no room for more."""
        text = shortest(self.ways)
        return self._say(text) if text else self._end()

    def _look_for_end(self) -> None:
        """A call that is complete is kept in mind; where it was made before the answer ends in front of it."""
        if not self._may_end():
            return
        call = bytes(self.said[self.said.rindex(CALL) :])
        if any(call == made for made, _ in self.calls_made):
            self._end(self.calls_made[-1][1])
        else:
            self.calls_made.append((call, self.count))

    def _say(self, text: bytes) -> int:
        self.own_queue = deque(self.vocabulary.ids_of(text))
        return self.own_queue[0]

    def _end(self, kept: int | None = None) -> int:
        if not self.done:
            self.done, self.own_kept = True, self.count if kept is None else kept
        return END

    def _finish(self, token: int) -> None:
        if self.inner and not self.ways:
            self.inner.take(token)
        else:
            self._end()
