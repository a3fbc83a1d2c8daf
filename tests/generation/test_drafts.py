"""What is guessed from what stood there before."""

from tutorsmith.generation.drafts import FEWEST, MOST, Drafts, guesses_a_row, share_out


def test_the_longest_and_the_last_earlier_place_counts() -> None:
    drafts = Drafts([1, 2, 3, 10, 11, 5, 2, 3, 20, 21, 1, 2, 3])
    assert drafts.propose(3) == [10, 11, 5], "three tokens agree there, only two at the later place"
    drafts.extend([10, 12, 2, 3])
    assert drafts.propose(2) == [10, 12], "of places where as many agree the last"


def test_nothing_new_is_guessed() -> None:
    assert Drafts([1, 2, 3, 4]).propose(5) == []
    assert Drafts([7]).propose(5) == []
    assert Drafts([1, 2, 9, 1, 2]).propose(0) == []


def test_a_repetition_is_guessed_to_go_on() -> None:
    assert Drafts([9, 4, 5, 6, 4, 5, 6, 4, 5]).propose(7) == [6, 4, 5, 6, 4, 5, 6]
    assert Drafts([3, 3, 3]).propose(4) == [3, 3, 3, 3]


def test_few_rows_guess_more() -> None:
    assert [guesses_a_row(rows) for rows in (1, 6, 11, 32)] == [MOST, 4, FEWEST, FEWEST]


def test_the_longest_guesses_are_cut_first() -> None:
    assert share_out([[1, 2, 3], [], [4], [5, 6]], 5) == [[1, 2], [], [4], [5, 6]]
    assert share_out([[1, 2, 3], [4]], 1) == [[], []]
    assert share_out([[1], []], 0) == [[], []]
    assert share_out([], 3) == []
