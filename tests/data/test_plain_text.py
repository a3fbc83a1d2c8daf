import pytest

from tutorsmith.data.plain_text import blank_code_and_math


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a `b` c", "a     c"),
        ("a $x=1$ b", "a       b"),
        ("a \\(x\\) b", "a       b"),
        ("costs $5 and $6", "costs $5 and $6"),
        ("a $$x$$ b", "a       b"),
        ("a \\[x\\] b", "a       b"),
        ("a \\[x b", "a \\[x b"),
        ("a\n```\nx\n```\nb", "a\n   \n \n   \nb"),
        ("a ``` x", "a      "),
        ("\\begin{align}x\\end{align} b", " " * 26 + "b"),
        ("", ""),
    ],
)
def test_blanking(text: str, kept: str) -> None:
    assert blank_code_and_math(text) == kept
    assert len(blank_code_and_math(text)) == len(text)


@pytest.mark.parametrize(
    "text", ["\\[ " * 200_000, "$" * 300_000, "`" * 300_001, "\\begin{a}" * 100_000, "$$ \\( " * 100_000]
)
def test_hostile_texts_keep_their_length(text: str) -> None:
    assert len(blank_code_and_math(text)) == len(text)
