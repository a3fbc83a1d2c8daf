"""Guesses at how an answer goes on, for the model to check several tokens in one pass.

A tutor's answers quote notes, questions and themselves, so what followed the last few tokens when they stood there
before is a good guess (prompt lookup decoding, Saxena 2023). Guesses that the model would have chosen itself are kept
(Leviathan et al. 2023, arXiv:2211.17192, of which this is the greedy case): answers are the same as without.
"""

from collections.abc import Sequence

LONGEST, SHORTEST = 3, 2
"""Tokens that must have stood there before; the longest match is tried first."""
IN_ALL, FEWEST, MOST = 24, 2, 8
"""Guesses that a pass bears in all, and the fewest and the most of a row: where few rows share a pass, a further token
costs little and is worth much."""


class Drafts:
    """One prompt and its answer so far, and what may follow."""

    def __init__(self, prompt: Sequence[int]) -> None:
        self.tokens: list[int] = []
        self.after: dict[tuple[int, ...], int] = {}
        self.extend(prompt)

    def extend(self, tokens: Sequence[int]) -> None:
        """Further tokens of the answer. Groups of tokens are noted when something follows them."""
        for token in tokens:
            end = len(self.tokens)
            for n in range(SHORTEST, min(LONGEST, end) + 1):
                self.after[tuple(self.tokens[end - n :])] = end
            self.tokens.append(token)

    def propose(self, most: int) -> list[int]:
        """The next tokens, `most` at most; none where the last ones never stood there before."""
        end = len(self.tokens)
        for n in range(min(LONGEST, end), SHORTEST - 1, -1):
            start = self.after.get(tuple(self.tokens[end - n :]))
            if start is not None:
                period = end - start  # what is repeated up to the end is guessed to be repeated on
                return [self.tokens[start + k % period] for k in range(most)]
        return []


def guesses_a_row(rows: int) -> int:
    return max(FEWEST, min(MOST, IN_ALL // rows))


def share_out(guesses: Sequence[list[int]], most: int) -> list[list[int]]:
    """Cut the longest guesses so that all together have `most` tokens at most."""
    longest = max(map(len, guesses), default=0)
    while longest and sum(min(len(guess), longest) for guess in guesses) > most:
        longest -= 1
    return [guess[:longest] for guess in guesses]
