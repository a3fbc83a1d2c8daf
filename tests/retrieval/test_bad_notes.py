"""Notes that are empty, binary, huge, given twice, or say two things at once."""

from pathlib import Path

import pytest

from tutorsmith.core.errors import DataError
from tutorsmith.retrieval import notes as reading
from tutorsmith.retrieval.chunk import FORMULA_LINES, Chunk
from tutorsmith.retrieval.contradictions import contradictions
from tutorsmith.retrieval.index import open_index
from tutorsmith.retrieval.notes import load_notes
from tutorsmith.retrieval.search import search

KNOWLEDGE = Path(__file__).parents[2] / "data" / "training"
CHAPTER = """# Fields

## Capacitor

A parallel-plate capacitor with plates of area $A$ at the distance $d$ has the capacitance that follows from its field,
when the edges are neglected and the gap is filled with air.

$$C = \\frac{\\varepsilon_0 A}{d}$$
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_an_empty_file_among_others_is_named(tmp_path: Path) -> None:
    found = load_notes([written(tmp_path, a=CHAPTER, b="", c=" \n\n")])
    assert [remark.rsplit("/", 1)[-1] for remark in found.remarks] == ["b.md: holds no text", "c.md: holds no text"]


@pytest.mark.parametrize(
    ("data", "what"), [(b"\x89PNG\x00\x1a", "binary"), (b"# A\n\nca\xff\xfe", "not UTF-8"), (b"", "no text")]
)
def test_a_file_that_is_no_text_stops_with_its_name(data: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / "scan.md").write_bytes(data)
    with pytest.raises(DataError, match=what) as caught:
        load_notes([tmp_path])
    assert caught.value.mend


def test_a_dump_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "dump.md").open("wb") as file:
        file.truncate(reading.LARGEST + 1)
    monkeypatch.setattr(reading, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    with pytest.raises(DataError, match="64 MiB of text") as caught:
        load_notes([tmp_path])
    assert "dump.md" in str(caught.value.where) and "split" in str(caught.value.mend)


def test_a_piece_without_an_end_is_told(tmp_path: Path) -> None:
    found = load_notes([written(tmp_path, a=CHAPTER, b="word " * 900)])
    assert found.remarks == ("b.md: a piece of 900 words that cannot be cut into sentences fits no prompt",)


def test_a_formula_that_is_never_closed_is_told_and_swallows_no_more_than_it_must(tmp_path: Path) -> None:
    lines = "\n\n".join(f"Sentence {i} of the text says nothing new." for i in range(300))
    found = load_notes([written(tmp_path, a=f"# A\n\n$$ E = 1\n\n{lines}")])
    assert any("never closed" in remark for remark in found.remarks)
    assert max(len(chunk.text.splitlines()) for chunk in found.chunks) <= FORMULA_LINES + 1
    assert "Sentence 299" in found.chunks[-1].text and len(found.chunks) > 3


def test_a_chapter_given_twice_counts_once(tmp_path: Path) -> None:
    index = open_index([written(tmp_path, a=CHAPTER, b=CHAPTER.replace("\n", "\n\n", 1))])
    assert [chunk.source for chunk in index.chunks] == ["a.md"]
    assert index.remarks == ("b.md: 1 of its 1 chunks stand word for word in a.md and count once",)
    assert [hit.source for hit in search(index, "capacitance", 5)] == ["a.md"]


def test_short_pieces_and_other_headings_may_repeat(tmp_path: Path) -> None:
    long = "This paragraph has quite a number of words, but it stands below two headings, each with its own meaning."
    found = load_notes(
        [written(tmp_path, a=f"## A\n\nSee below.\n\n## B\n\n{long}", b=f"## A\n\nSee below.\n\n## C\n\n{long}")]
    )
    assert (len(found.chunks), found.remarks) == (4, ())


def said(*texts: str, headings: tuple[str, ...] = ("One", "Two", "Three")) -> list[str]:
    return contradictions([Chunk(f"{i}.md", 0, headings[i], text) for i, text in enumerate(texts)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Here $\\mu_0=4\\pi\\times10^{-7}$ H/m.", "With μ_0 = 1.36e-6 H/m the field is small."),
        ("$\\varepsilon_0 = 8.854\\times10^{-12}$ F/m", "$\\varepsilon_{0}=8.85\\times10^{-11}$ F/m"),
        ("The breakdown strength of air is about 3 MV/m.", "The breakdown strength of air is about 2 MV/m."),
    ],
)
def test_two_values_of_one_thing_are_named_with_both_places(one: str, other: str) -> None:
    (remark,) = said(one, other)
    assert "0.md > One" in remark and "1.md > Two" in remark


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$\\mu_0=4\\pi\\times10^{-7}$ H/m", "$\\mu_0=1.257\\times10^{-6}$ H/m"),
        ("$c = 2.998\\times10^{8}$ m/s", "$c=3.00\\times10^8$ m/s"),
        ("$c = 2.998\\times10^{8}$ m/s", "The coefficient $c = 4$ m is given."),
        ("Table 3 shows all of the results for it.", "Table 4 shows all of the results for it."),
        ("The breakdown strength of air is about 3 MV/m.", "The breakdown strength of glass is about 10 MV/m."),
        ("The loss of this long cable is 6.0 dB in all.", "The loss of this long cable is 6 dB in all."),
    ],
)
def test_roundings_and_other_things_are_no_contradiction(one: str, other: str) -> None:
    assert said(one, other) == []


def test_one_heading_with_two_formulas() -> None:
    right, half = "$$E = \\frac{q}{4\\pi\\varepsilon_0R^2}$$", "$$E = \\frac{q}{2\\pi\\varepsilon_0R^2}$$"
    (remark,) = said(right, half, headings=("Point charge", "Fields > Point charge"))
    assert "0.md > Point charge" in remark and "Fields > Point charge" in remark
    assert said(right, half, headings=("Point charge", "Line charge")) == []
    assert said(right, half, headings=("Worked example: charge", "Worked example: charge")) == []
    assert said(right, "$$E = \\frac{1}{4\\pi\\varepsilon_0}\\frac{q}{R^2}$$", headings=("Charge", "Charge")) == []
    assert said("$$W=\\frac{1}{2}CV^2$$", "$$W = \\frac12CV^2$$", headings=("Energy", "Energy")) == []


@pytest.mark.parametrize("place", ["knowledge/em", "knowledge/writing", "zh/knowledge/em", "zh/knowledge/writing"])
def test_the_shipped_notes_give_no_remark(place: str) -> None:
    assert open_index([KNOWLEDGE / place]).remarks == ()


def test_a_contradiction_is_told_each_time_the_notes_are_opened(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    other = CHAPTER.replace("A}{d}", "A}{2d}").replace("when the edges are neglected", "without edges")
    folder = written(tmp_path / "notes", a=CHAPTER, b=other)
    told = [open_index([folder], tmp_path / "cache").remarks for _ in range(2)]
    assert told[0] == told[1] and len(told[0]) == 1
    assert "a.md > Capacitor" in told[0][0] and "b.md > Capacitor" in told[0][0]
