"""Words that search counts, and chunks that notes are cut into."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutorsmith.core.errors import DataError
from tutorsmith.data.words import word_count, words
from tutorsmith.retrieval.chunk import MAX_WORDS, chunk_text
from tutorsmith.retrieval.notes import load_notes


@pytest.mark.parametrize(
    "text", [r"$\varepsilon_0$", r"$\varepsilon_{0}$", "ε₀", "epsilon_0", r"\epsilon_{\mathrm{0}}", "ϵ₀"]
)
def test_a_symbol_has_one_spelling(text: str) -> None:
    assert words(text) == ["epsilon_0", "epsilon"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("capacitors", "capacitor"),
        ("polarised dielectrics", "polarized dielectric"),
        ("boundaries", "boundary"),
        ("charged", "charging"),
        (r"\nabla\times\mathbf{E}", "∇×E"),
        (r"\mathbf{E}_{1t}", "E_1t"),
        ("电容器的电容", "电容器 的 电容"),
    ],
)
def test_two_ways_to_write_one_thing_share_their_words(one: str, other: str) -> None:
    assert set(words(one)) & set(words(other))
    assert set(words(one)) <= set(words(other)) or set(words(other)) <= set(words(one))


@pytest.mark.parametrize(("one", "other"), [("E", "e"), ("spring", "spr"), ("bus", "bu"), ("inductance", "inductor")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_budget_counts_formulas_and_chinese_by_length() -> None:
    assert word_count("The field is zero.") == 4
    assert word_count("$\\frac{\\varepsilon_0\\varepsilon_r A}{d}$") > 2
    assert word_count("电容与面积成正比") == 5


LONG = " ".join(f"Sentence number {i} says that $a_{{{i}}} = b$ holds." for i in range(60))
NOTE = f"""---
title: x
---
# Chapter

Opening words.

## First

Some text before a formula:

$$
E = 0

# no heading
$$

```python
# no heading either

x = 1
```

## Second

{LONG}

Setext
------

- one
- two
"""


def test_headings_make_paths_and_chunks_keep_formulas_and_code_whole() -> None:
    chunks = chunk_text(NOTE, "a.md")
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert {chunk.title for chunk in chunks} == {"Chapter"}
    assert list(dict.fromkeys(chunk.heading for chunk in chunks)) == ["", "First", "Second", "Setext"]
    first = next(chunk for chunk in chunks if chunk.heading == "First").text
    assert "before a formula:\n\n$$\nE = 0\n\n# no heading\n$$" in first
    assert "```python\n# no heading either\n\nx = 1\n```" in first
    assert "title: x" not in "".join(chunk.text for chunk in chunks)


def test_long_sections_are_cut_after_sentences_into_even_pieces() -> None:
    pieces = [chunk.text for chunk in chunk_text(NOTE, "a.md") if chunk.heading == "Second"]
    assert " ".join(pieces) == LONG
    sizes = [word_count(piece) for piece in pieces]
    assert max(sizes) <= MAX_WORDS
    assert min(sizes) > MAX_WORDS / 3
    assert all(piece.endswith("holds.") for piece in pieces)


def test_an_example_stays_whole_in_a_section_that_is_cut() -> None:
    lead = " ".join(f"This is sentence {i} about the law." for i in range(9))
    example = "**Example 1.** A wire carries a current.\n\n$$B = 1$$\n\n" + " ".join(
        f"Step {i} is done." for i in range(9)
    )
    chunks = chunk_text(f"## Law\n\n{lead}\n\n{lead}\n\n{example}\n\n{lead}", "a.md", max_words=130)
    assert len(chunks) > 1
    (holder,) = (chunk for chunk in chunks if "Example 1" in chunk.text)
    assert holder.text.startswith("**Example 1.**") or "Step 8" in holder.text
    assert "Step 8 is done." in holder.text


def test_several_chapters_in_one_file_stay_in_the_path() -> None:
    chunks = chunk_text("# One\n\na b\n\n# Two\n\n## Deep\n\nc d\n", "a.md")
    assert [(chunk.heading, chunk.title) for chunk in chunks] == [("One", ""), ("Two > Deep", "")]


def test_plain_text_is_cut_by_paragraphs_and_hash_means_nothing() -> None:
    chunks = chunk_text("# not a heading\nword\n\n" + LONG, "a.txt", markdown=False)
    assert chunks[0].text.startswith("# not a heading\nword")
    assert {chunk.heading for chunk in chunks} == {""}


PIECES = [
    "## Head\n",
    "Word and word. Then more.\n\n",
    "$$\na = b\n\nc\n$$\n\n",
    "```\n# code\n\n## more\n```\n\n",
    "- item\n",
    "| a | b |\n",
]


@settings(max_examples=80, deadline=None)
@given(parts=st.lists(st.sampled_from(PIECES), max_size=40), max_words=st.integers(5, 60))
def test_no_text_is_lost_and_no_formula_or_fence_is_cut(parts: list[str], max_words: int) -> None:
    text = "".join(parts)
    chunks = chunk_text(text, "a.md", max_words=max_words)
    for word in ("word", "code", "item"):
        assert sum(chunk.text.count(word) for chunk in chunks) == text.count(word)
    assert all(chunk.text.count("$$") % 2 == 0 and chunk.text.count("```") % 2 == 0 for chunk in chunks)


def test_notes_come_in_order_and_other_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.md").write_text("# B\n\nlater\n", encoding="utf-8")
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfearlier\r\n")
    (tmp_path / "field.doc").write_bytes(b"old")
    (tmp_path / "plot.png").write_bytes(b"picture")
    (tmp_path / ".hidden.md").write_text("hidden")
    notes = load_notes([tmp_path])
    assert [(chunk.source, chunk.text) for chunk in notes.chunks] == [("a.txt", "earlier"), ("b/1.md", "later")]
    assert notes.skipped == (f"{tmp_path / 'field.doc'} (save it as .docx)", str(tmp_path / "plot.png"))


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (None, b"", "found nothing"),
        ("a.png", b"picture", "found 1 other file"),
        ("a.pdf", b"%PDF-1.4 and no more", "damaged"),
        ("a.md", b"\x00\x01", "binary"),
        ("a.md", b"fine\n\xff\xfe", "a.md:2"),
        ("a.md", b"# Only a heading\n\n<!-- nothing -->\n", "hold no text"),
    ],
)
def test_unusable_notes_say_what_is_wrong(name: str | None, data: bytes, told: str, tmp_path: Path) -> None:
    if name:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=told) as caught:
        load_notes([tmp_path])
    assert caught.value.mend


def test_missing_notes_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such notes folder"):
        load_notes([tmp_path / "none"])
