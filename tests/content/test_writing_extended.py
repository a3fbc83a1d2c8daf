"""The extended writing samples: shape, balance, pairs, no overlap, and every statement about a draft true of it."""

import re
from collections import Counter
from itertools import combinations

import pytest
from content_tools import DATA, KINDS, Item, answer, bodies, folded, load, plain, question
from writing_extended_claims import INSTANCES, STATISTICS, TAUGHT
from writing_extended_drafts import COMPUTED, NAMES, U

TRAIN = load("processed/writing_sft_extended.jsonl")
CORE, BENCH = load("processed/writing_sft.jsonl"), load("eval/writing_benchmark.jsonl")
ITEMS = {item["id"]: item for item in TRAIN}
REFUSED = [item for item in TRAIN if item["refusal_type"]]
SYSTEM = CORE[0]["messages"][0]["content"]
HEADINGS = re.findall(r"^### .+$", SYSTEM, flags=re.MULTILINE)
NOTES = {path.stem: path.read_text(encoding="utf-8") for path in (DATA / "knowledge" / "writing").glob("*.md")}
CATEGORIES = {"concept", "diagnosis", "rewrite", "application", "calculation", "refusal"}
EXAMPLES = {"carry out", "perform", "not measured because the probe failed"}
"""Quoted in a diagnosis as an example, not from a draft."""


def full(short: str) -> str:
    return f"writing-x-{short}"


def test_counts_and_balance() -> None:
    assert [item["id"] for item in TRAIN] == [full(f"{n:04d}") for n in range(1, len(TRAIN) + 1)]
    assert len(TRAIN) >= 80
    chapters = Counter(item["meta"]["chapter"] for item in TRAIN)
    assert set(chapters) == {f"ch{stem[:2]}" for stem in NOTES}
    assert min(chapters.values()) >= 9
    refused = Counter(item["refusal_type"] for item in REFUSED)
    assert sorted(refused) == KINDS
    assert len(REFUSED) * 5 >= len(TRAIN)
    assert max(refused.values()) - min(refused.values()) <= 2
    difficulty = Counter(item["meta"]["difficulty"] for item in TRAIN)
    assert all(20 <= 100 * difficulty[level] / len(TRAIN) <= 35 for level in ("easy", "hard"))
    assert {item["meta"]["category"] for item in TRAIN} == CATEGORIES


def test_shape_of_every_sample() -> None:
    for item in TRAIN:
        has_the_shape_of_its_file(item)


def has_the_shape_of_its_file(item: Item) -> None:
    assert list(item) == list(CORE[0])
    assert [message["role"] for message in item["messages"]] == ["system", "user", "assistant"]
    assert item["messages"][0]["content"] == SYSTEM
    assert item["mode"] in ("tutor", "polish")
    text, meta = answer(item), item["meta"]
    assert set(CORE[0]["meta"]) <= set(meta) <= {*CORE[0]["meta"], "category", "pair", "calculations"}
    assert meta["source"] in ("faq", "assignment")
    assert (meta["language"], meta["has_tool_call"], meta["has_rag_context"]) == ("en", False, False)
    assert (meta["category"] == "refusal") == (item["refusal_type"] is not None)
    assert re.findall(r"^#.*$", text, flags=re.MULTILINE) == HEADINGS
    assert 110 <= len(text.split()) <= 210
    assert all(len(body.split()) >= 20 for body in bodies(text))
    steps = re.findall(r"^(\d)\. \S", bodies(text)[1], flags=re.MULTILINE)
    assert steps == [str(n) for n in range(1, len(steps) + 1)]
    assert 3 <= len(steps) <= 6
    assert text.count("$") % 2 == question(item).count("$") % 2 == 0
    assert text.count('"') % 2 == question(item).count('"') % 2 == 0


def test_near_miss_pairs() -> None:
    paired = [item for item in TRAIN if "pair" in item["meta"]]
    assert len(paired) >= 16
    for item in paired:
        other = ITEMS[item["meta"]["pair"]]
        assert other["meta"]["pair"] == item["id"]
        assert (item["refusal_type"] is None) != (other["refusal_type"] is None)
        assert item["meta"]["chapter"] == other["meta"]["chapter"]
        words, theirs = set(folded(question(item))), set(folded(question(other)))
        assert len(words & theirs) >= 0.45 * min(len(words), len(theirs)), item["id"]


def test_refusals_say_so_first() -> None:
    for item in TRAIN:
        assert bodies(answer(item))[0].startswith("I cannot ") == (item in REFUSED), item["id"]


def alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def test_no_two_samples_are_alike() -> None:
    read = [(item, set(folded(question(item))), set(folded(answer(item)))) for item in TRAIN + CORE + BENCH]
    for (one, asked, told), (other, asks, tells) in combinations(read, 2):
        assert alike(told, tells) < 0.45, (one["id"], other["id"])
        if one["meta"].get("pair") != other["id"]:
            assert alike(asked, asks) < 0.45, (one["id"], other["id"])


def test_no_draft_is_known_from_elsewhere() -> None:
    drafts = {plain(text): item["id"] for item in TRAIN for text in re.findall(r'"([^"]{30,})"', question(item))}
    elsewhere = plain(" ".join([*NOTES.values(), *(question(known) + answer(known) for known in BENCH + CORE)]))
    assert len(drafts) >= 50
    for text, name in drafts.items():
        assert text not in elsewhere, name


def test_what_a_diagnosis_quotes_stands_in_the_question() -> None:
    for item in TRAIN:
        asked = f" {plain(question(item))} "
        for quoted in re.findall(r'"([^"]+)"', bodies(answer(item))[0]):
            for piece in quoted.split("..."):
                assert f" {plain(piece)} " in asked or quoted in EXAMPLES, (item["id"], quoted)


@pytest.mark.parametrize("short", COMPUTED)
def test_statements_about_a_draft_follow_from_it(short: str) -> None:
    item = ITEMS[full(short)]
    for statement in COMPUTED[short](question(item)):
        assert statement in answer(item), statement


@pytest.mark.parametrize("short", INSTANCES)
def test_counted_claims_have_their_instances(short: str) -> None:
    item = ITEMS[full(short)]
    for statement, instances in INSTANCES[short]:
        assert statement in answer(item)
        assert NAMES[len(instances)] in statement.lower(), statement
        for instance in instances:
            assert (instance.removeprefix("!") in question(item)) != instance.startswith("!"), instance


@pytest.mark.parametrize("short", STATISTICS)
def test_test_statistics_of_a_question_have_their_p_value(short: str) -> None:
    pattern, p_value = STATISTICS[short]
    stated = re.search(pattern, question(ITEMS[full(short)]))
    assert stated
    assert round(p_value(float(stated[2]), int(stated[1])), 3) == float(stated[3])


def explained(item: Item) -> str:
    """The answer without all that the tables account for."""
    short = item["id"].rpartition("-")[2]
    text = re.sub(r"(?m)^\d\. |\b[xw]_[01]\b", "", answer(item))
    known = [*TAUGHT, *(statement for statement, _ in INSTANCES.get(short, []))]
    if short in COMPUTED:
        known += COMPUTED[short](question(item))
    for statement in sorted(known, key=len, reverse=True):
        text = text.replace(statement, " ")
    return text


def test_every_number_is_given_computed_or_taught() -> None:
    for item in TRAIN:
        rest, asked = explained(item), question(item)
        given = set(re.findall(r"\d+(?:\.\d+)?", asked))
        assert set(re.findall(r"\d+(?:\.\d+)?", rest)) <= given, item["id"]
        counted = set(folded(rest.split("### Suggestions")[0])) & set(NAMES[3:])
        known = {*folded(asked), *(NAMES[int(n)] for n in given if n.isdigit() and int(n) < len(NAMES))}
        assert counted <= known, item["id"]


def test_what_counts_as_taught_is_in_the_notes() -> None:
    notes = "\n".join(NOTES.values())
    answers = "\n".join(answer(item) for item in TRAIN)
    for said, taught in TAUGHT.items():
        assert taught in notes, taught
        assert said in answers, said
    assert U.Quantity(1, "MHz").to("mHz").magnitude == pytest.approx(1e9)
