"""Search over an index of notes, and excerpts put into the prompt."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.schema import Message
from tutorsmith.data.words import word_count
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.ground import (
    HEADERS,
    best_first,
    cut_to,
    ground,
    instructions,
    is_grounded,
    own_excerpts,
    pack,
    training_hits,
)
from tutorsmith.retrieval.index import Index, build_index, load_index, open_index, save_index
from tutorsmith.retrieval.query import query_of
from tutorsmith.retrieval.search import Hit, ranking, search

TOPICS = [
    "capacitor",
    "inductor",
    "antenna",
    "waveguide",
    "dielectric",
    "resistor",
    "solenoid",
    "dipole",
    "magnet",
    "laser",
]


def topic_chunks() -> list[Chunk]:
    return [
        Chunk(f"{i}.md", 0, topic.title(), f"The {topic} is described here.\n\n$$E_{i} = {i}$$", "Course")
        for i, topic in enumerate(TOPICS)
    ]


@pytest.fixture(scope="module")
def index() -> Index:
    return build_index(topic_chunks())


def asked(question: str, system: str | None = "Be brief.") -> list[Message]:
    return [*([Message("system", system)] if system is not None else []), Message("user", question)]


def test_the_chunk_about_the_question_comes_first(index: Index) -> None:
    hits = search(index, "How do antennas radiate?", 3)
    assert (hits[0].source, hits[0].heading) == ("2.md", "Antenna")
    assert hits[0].score > 0


def test_a_question_without_a_known_word_finds_nothing(index: Index) -> None:
    assert search(index, "Who won the match?", 3) == []
    assert search(index, "", 3) == []


def test_ties_stand_in_the_order_of_the_notes() -> None:
    same = [Chunk(f"{i}.md", 0, "", "field and charge") for i in range(6)]
    assert [hit.source for hit in search(build_index(same), "charge", 4)] == ["0.md", "1.md", "2.md", "3.md"]


def test_a_limit_gives_the_first_of_the_whole_ranking() -> None:
    chunks = [Chunk(f"{i % 7}.md", i, "", " ".join(["charge"] * (i % 5)) + " field of matter") for i in range(60)]
    index = build_index(chunks)
    whole = ranking(index, "charge and field")
    assert [position for position, _ in whole] != sorted(position for position, _ in whole)
    for limit in (1, 2, 5, 13, 59, 60, 90):
        assert ranking(index, "charge and field", limit) == whole[:limit]


def test_a_neighbour_lifts_a_chunk_that_shares_a_word_and_no_other() -> None:
    texts = ["charge of matter", "skin depth skin depth", "charge of matter", "nothing at all", "charge of matter"]
    chunks = [Chunk("b.md" if i == 4 else "a.md", i, "", text) for i, text in enumerate(texts)]
    scores = dict(ranking(build_index(chunks), "skin depth and charge"))
    assert scores[0] == scores[2] > scores[4] > 0
    assert scores[3] == 0


def test_chinese_question_finds_its_chunk() -> None:
    chunks = [Chunk("a", 0, "电容", "平行板电容器的电容与面积成正比。"), Chunk("b", 0, "天线", "天线辐射电磁波。")]
    assert search(build_index(chunks), "电容器的电容是多少？", 1)[0].source == "a"


def test_symbol_of_the_question_finds_the_formula_of_the_notes() -> None:
    chunks = [Chunk("a", 0, "", r"Skin depth is $\delta$."), Chunk("b", 0, "", r"Here $\varepsilon_{r}$ is given.")]
    assert search(build_index(chunks), "What is ε_r?", 1)[0].source == "b"


def test_saved_index_finds_the_same_and_a_damaged_one_is_refused(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    save_index(index, folder)
    loaded = load_index(folder)
    assert loaded == index
    assert search(loaded, "dielectric of a capacitor", 5) == search(index, "dielectric of a capacitor", 5)
    meta = folder / "index.json"
    meta.write_text(meta.read_text().replace("laser", "maser", 1))
    with pytest.raises(DataError, match="does not fit"):
        load_index(folder)
    with pytest.raises(DataError):
        load_index(tmp_path / "none")


def test_index_is_taken_from_the_cache_until_the_notes_change(tmp_path: Path) -> None:
    notes, cache = tmp_path / "notes", tmp_path / "cache"
    notes.mkdir()
    (notes / "a.md").write_text("# A\n\nThe charge.\n")
    first = open_index([notes], cache)
    assert open_index([notes], cache) == first
    assert len(list(cache.iterdir())) == 1
    (notes / "a.md").write_text("# A\n\nThe current.\n")
    assert open_index([notes], cache).content_hash != first.content_hash
    assert len(list(cache.iterdir())) == 2


def test_notes_stand_after_the_system_prompt_numbered_from_one(index: Index) -> None:
    messages, hits = ground(asked("What is an antenna and a dipole?"), index, k=2)
    lines = (messages[0].content or "").split("\n")
    assert lines[:3] == ["Be brief.", "", HEADERS["en"]]
    assert [line for line in lines if line.startswith("[")] == ["[1] 2.md > Antenna", "[2] 7.md > Dipole"]
    assert "$$E_2 = 2$$" in lines
    assert [hit.source for hit in hits] == ["2.md", "7.md"]
    assert messages[1:] == [Message("user", "What is an antenna and a dipole?")]


def test_a_system_message_is_made_when_there_is_none(index: Index) -> None:
    messages, _ = ground(asked("What is an antenna?", None), index, language="zh")
    assert messages[0].role == "system"
    assert (messages[0].content or "").startswith(HEADERS["zh"] + "\n[1] ")


def test_grounding_twice_or_with_nothing_found_changes_nothing(index: Index) -> None:
    once, _ = ground(asked("What is an antenna?"), index)
    assert is_grounded(once)
    assert ground(once, index) == (once, [])
    assert ground(asked("Who won?"), index) == (asked("Who won?"), [])
    assert ground(asked("What is an antenna?"), index, hits=[]) == (asked("What is an antenna?"), [])


def test_given_hits_replace_the_search_and_language_must_be_known(index: Index) -> None:
    given_hits = [Hit("own.md", 0, "", "Own text.", 0.0)]
    messages, hits = ground(asked("What is an antenna?"), index, hits=given_hits)
    assert hits == given_hits
    assert (messages[0].content or "").endswith("[1] own.md\nOwn text.")
    with pytest.raises(UsageError, match="language"):
        ground(asked("What is an antenna?"), index, language="de")


def test_a_follow_up_is_searched_with_what_was_said_before(index: Index) -> None:
    turns = [
        Message("user", "How does an antenna radiate?"),
        Message("assistant", "Its dipole does."),
        Message("user", "And why is that so?"),
    ]
    assert str(query_of(turns)) == "And why is that so?"
    assert [hit.heading for hit in search(index, query_of(turns), 2)] == ["Antenna", "Dipole"]
    turns[-1] = Message("user", "How does a capacitor store its energy?")
    assert search(index, query_of(turns), 1)[0].heading == "Capacitor"
    assert search(index, query_of([Message("system", "Be brief.")]), 3) == []


SENTENCE = "A sentence of six whole words. "


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), budget=st.integers(10, 400))
def test_excerpts_never_exceed_the_budget_and_end_with_a_sentence(sizes: list[int], budget: int) -> None:
    hits = [Hit("a.md", i, "H", (SENTENCE * size).strip(), 1.0) for i, size in enumerate(sizes)]
    packed = pack(hits, budget)
    assert sum(word_count(hit.text) for hit in packed) <= budget
    assert all(hit.text.endswith(".") for hit in packed)
    assert [hit.chunk for hit in packed] == list(range(len(packed)))


def test_a_cut_leaves_no_formula_open() -> None:
    text = "First words here.\n\n$$\na = b\n$$\n\n" + SENTENCE * 20
    for budget in range(1, 60):
        cut = cut_to(text, budget)
        assert text.startswith(cut)
        assert cut.count("$$") % 2 == 0


def test_training_hits_are_the_best_ones_or_distractors_by_seed_and_id(index: Index) -> None:
    question = "What is an antenna and a dipole?"
    normal = search(index, question, 2)
    assert training_hits(index, "s", question, k=2) == normal
    shares = [training_hits(index, f"s{i}", question, k=2, distractor_share=0.3, seed=1) for i in range(300)]
    assert 60 <= sum(hits != normal for hits in shares) <= 120
    near = {hit.source for hit in search(index, question, 6)}
    assert all(len(hits) == 2 and not near & {hit.source for hit in hits} for hits in shares if hits != normal)
    again = [training_hits(index, f"s{i}", question, k=2, distractor_share=0.3, seed=1) for i in range(300)]
    other = [training_hits(index, f"s{i}", question, k=2, distractor_share=0.3, seed=2) for i in range(300)]
    assert again == shares
    assert other != shares


def test_notes_that_are_too_few_for_distractors_give_none() -> None:
    two = build_index(topic_chunks()[:2])
    assert training_hits(two, "s", "capacitor", k=2, distractor_share=1.0) == []


def test_instructions_are_the_prompt_without_its_notes(index: Index) -> None:
    messages, hits = ground(asked("How do antennas radiate?"), index, k=2, max_words=60, language="en")
    assert hits and instructions(messages[0].content or "") == "Be brief."
    assert instructions("Be brief.") == "Be brief." and instructions("") == ""


OWN = """Cite as [n].

Course notes (numbered excerpts):
[1] a.md > Field
It is $E$.

[2] is no excerpt, nor is [3].
[2] b.pdf#page=3
A list:
[1] KIM S. Litz wire.
[3] c.md
Last."""


def test_the_excerpts_of_a_prompt_are_read() -> None:
    found = own_excerpts(OWN)
    assert [(number, hit.source, hit.heading) for number, hit in found] == [
        (1, "a.md", "Field"),
        (2, "b.pdf#page=3", ""),
        (3, "c.md", ""),
    ]
    assert found[0][1].text.endswith("nor is [3].") and found[1][1].text == "A list:\n[1] KIM S. Litz wire."


def test_excerpts_without_titles_are_text() -> None:
    found = own_excerpts("Course notes (numbered excerpts):\n[1] Open with the gap.\n[2] Close with the answer.")
    assert [(number, hit.text) for number, hit in found] == [(1, "Open with the gap."), (2, "Close with the answer.")]
    assert own_excerpts("No notes. [1] nothing") == []


def test_excerpts_of_a_prompt_are_ranked_with_their_numbers() -> None:
    found = own_excerpts("Course notes (numbered excerpts):\n[1] Plates attract.\n[2] A solenoid has turns.")
    assert [number for number, _ in best_first(found, "How many turns has the solenoid?")] == [2, 1]
    assert best_first([], "Why?") == []
    wordless = own_excerpts("Course notes (numbered excerpts):\n[1] a.md\n---\n[2] b.md\n!")
    assert len(wordless) == 2 and best_first(wordless, "Why?") == []
