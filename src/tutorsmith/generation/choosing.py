"""What all guides do at each token: what is forced comes, else the best of the model's choices that fits."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from itertools import islice

TRIES = 64
"""The likeliest tokens that are looked at for one that fits; after them the guide says something of its own."""


class Choosing(ABC):
    """`forced` says what must come, `judge` what becomes of a choice, `spare` what comes where none fits, `take` goes
    on behind a token."""

    def choose(self, ranked: Iterable[int]) -> int:
        """Say the next token, or END. ranked: the model's choices, the best first, looked at as far as needed."""
        token = self.forced()
        if token is None:
            verdicts = map(self.judge, islice(ranked, TRIES))
            token = next((said for said in verdicts if said is not None), None)
        if token is None:
            token = self.spare()
        self.take(token)
        return token

    @abstractmethod
    def forced(self) -> int | None: ...

    @abstractmethod
    def judge(self, token: int) -> int | None: ...

    @abstractmethod
    def spare(self) -> int: ...

    @abstractmethod
    def take(self, token: int) -> None: ...
