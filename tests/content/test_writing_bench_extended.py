"""The extended writing benchmark: shape, balance, pairs, no overlap, and every statement about a draft true of it."""

import re
from collections import Counter
from itertools import combinations, pairwise, product

import pytest
import sympy as sp
from content_tools import DATA, KINDS, Item, answer, bodies, folded, jaccard, load, parsed, plain, question
from writing_bench_tables import COMPUTED, INSTANCES, QUANTITIES, TAUGHT, p_value
from writing_extended_drafts import NAMES, U

from tutorsmith.data.read import read_benchmark
from tutorsmith.data.schema import Prediction
from tutorsmith.evaluation.score import COVERAGE, score_item

NAME = "eval/writing_benchmark_extended.jsonl"
BENCH, CORE = load(NAME), load("eval/writing_benchmark.jsonl")
PROCESSED = sorted((DATA / "processed").glob("writing_sft*.jsonl"))
TRAIN = [row for path in PROCESSED for row in load(f"processed/{path.name}")]
READ = list(read_benchmark(DATA / NAME))
ITEMS = {item["id"]: item for item in BENCH}
REFUSED = [item for item in BENCH if item["refusal_type"]]
ANSWERED = [item for item in BENCH if not item["refusal_type"]]
SYSTEM = CORE[0]["messages"][0]["content"]
HEADINGS = re.findall(r"^### .+$", SYSTEM, flags=re.MULTILINE)
NOTES = {path.stem: path.read_text(encoding="utf-8") for path in (DATA / "knowledge" / "writing").glob("*.md")}
CATEGORIES = {"concept", "diagnosis", "rewrite", "application", "calculation", "refusal"}
NUMBER = r"\d+(?:\.\d+)?"
EXAMPLES = {
    "What was found?",
    "the number of",
    "a number of",
    "however",
    "only",
    "to our knowledge",
    "as cited in",
    "where",
    "et al.",
    "&",
    "not measured",
    "this thesis",
    "significant",
    "13 % better",
}
"""Quoted in a diagnosis as an example or a term of the notes, not from a draft."""


def full(short: str) -> str:
    return f"writing-bx-{short}"


def test_counts_and_balance() -> None:
    assert [item["id"] for item in BENCH] == [full(f"{n:03d}") for n in range(1, len(BENCH) + 1)]
    assert len(BENCH) >= 80
    chapters = Counter(item["meta"]["chapter"] for item in BENCH)
    assert set(chapters) == {f"ch{stem[:2]}" for stem in NOTES}
    assert min(chapters.values()) >= 8
    refused = Counter(item["refusal_type"] for item in REFUSED)
    assert sorted(refused) == KINDS
    assert 17 <= len(REFUSED) <= 20
    assert max(refused.values()) - min(refused.values()) <= 1
    share = {level: n / len(BENCH) for level, n in Counter(i["meta"]["difficulty"] for i in BENCH).items()}
    assert all(0.2 <= share[level] <= 0.3 for level in ("easy", "hard"))
    categories = Counter(item["meta"]["category"] for item in BENCH)
    assert set(categories) == CATEGORIES
    assert min(categories.values()) >= 9


def test_shape_of_every_item() -> None:
    for item in BENCH:
        has_the_shape_of_its_file(item)


def has_the_shape_of_its_file(item: Item) -> None:
    assert list(item) == list(CORE[0])
    assert [message["role"] for message in item["messages"]] == ["system", "user"]
    assert item["messages"][0]["content"] == SYSTEM
    assert item["mode"] in ("tutor", "polish")
    text, meta = answer(item), item["meta"]
    assert set(CORE[0]["meta"]) <= set(meta) <= {*CORE[0]["meta"], "pair"}
    assert (meta["language"], meta["has_tool_call"], meta["has_rag_context"]) == ("en", False, False)
    assert (meta["category"] == "refusal") == (item["refusal_type"] is not None)
    assert 3 <= len(item["key_points"]) <= 5 if item["refusal_type"] is None else item["key_points"] == []
    assert re.findall(r"^#.*$", text, flags=re.MULTILINE) == HEADINGS
    assert 110 <= len(text.split()) <= 210
    assert all(len(body.split()) >= 20 for body in bodies(text))
    steps = re.findall(r"^(\d)\. \S", bodies(text)[1], flags=re.MULTILINE)
    assert steps == [str(n) for n in range(1, len(steps) + 1)]
    assert 3 <= len(steps) <= 6
    for mark in ("$", '"'):
        assert text.count(mark) % 2 == question(item).count(mark) % 2 == 0, item["id"]


def test_near_miss_pairs() -> None:
    paired = [item for item in BENCH if "pair" in item["meta"]]
    assert sum(item["refusal_type"] is not None for item in paired) >= 8
    for item in paired:
        other = ITEMS[item["meta"]["pair"]]
        assert other["meta"]["pair"] == item["id"]
        assert (item["refusal_type"] is None) != (other["refusal_type"] is None)
        assert item["meta"]["chapter"] == other["meta"]["chapter"]
        words, theirs = set(folded(question(item))), set(folded(question(other)))
        assert len(words & theirs) >= 0.45 * min(len(words), len(theirs)), item["id"]


def test_refusals_say_so_first() -> None:
    for item in BENCH:
        assert bodies(answer(item))[0].startswith("I cannot ") == (item in REFUSED), item["id"]


def test_nothing_is_alike_or_trained_on() -> None:
    for one, other in [*combinations(BENCH, 2), *product(BENCH, CORE + TRAIN)]:
        assert jaccard(answer(one), answer(other)) < 0.45, (one["id"], other["id"])
        if one["meta"].get("pair") != other["id"]:
            assert jaccard(question(one), question(other)) < 0.45, (one["id"], other["id"])


def test_no_draft_is_known_from_elsewhere() -> None:
    drafts = {plain(text): item["id"] for item in BENCH for text in re.findall(r'"([^"]{30,})"', question(item))}
    elsewhere = plain(" ".join([*NOTES.values(), *(question(known) + answer(known) for known in TRAIN + CORE)]))
    assert len(drafts) >= 40
    for text, name in drafts.items():
        assert text not in elsewhere, name


def test_what_a_diagnosis_quotes_stands_in_the_question() -> None:
    for item in BENCH:
        asked = f" {plain(question(item))} "
        for quoted in re.findall(r'"([^"]+)"', bodies(answer(item))[0]):
            for piece in quoted.split("..."):
                assert f" {plain(piece)} " in asked or quoted in EXAMPLES, (item["id"], quoted)


# Scorers -------------------------------------------------------------------------------------------------------------


def test_the_reference_of_another_item_is_no_answer() -> None:
    """A sample: every fifth item meets the reference of the item after it, which is often of the same chapter."""
    asked = [item for item in READ if not item.refusal_type]
    shares = []
    for item, other in list(pairwise(asked))[::5]:
        score = score_item("writing", item, Prediction(item.id, other.reference))
        shares.append(score.scores[COVERAGE])
        assert not [v for v in score.verdicts if v["rule"].startswith("asserts what it must not")], (item.id, other.id)
    assert sum(shares) / len(shares) <= 0.1


def test_key_points_have_several_wordings_of_their_own() -> None:
    for item in ANSWERED:
        texts = [point for point in item["key_points"] if "any_of" in point]
        assert any(point.get("vital", True) for point in item["key_points"])
        for point in texts:
            assert 4 <= len(point["any_of"]) <= 6, (item["id"], point["text"])
            assert len({plain(wording) for wording in point["any_of"]}) == len(point["any_of"])
        seen = [wording for point in texts for wording in point["any_of"]]
        assert len(seen) == len(set(seen)), item["id"]
        given = set(re.findall(NUMBER, question(item) + answer(item)))
        assert set(re.findall(NUMBER, " ".join(seen))) <= given, item["id"]


def test_there_are_forbidden_wordings_that_no_reference_holds() -> None:
    forbidden = [(item, no) for item in ANSWERED for point in item["key_points"] for no in point.get("must_not", [])]
    assert len(forbidden) >= 15
    for item, wording in forbidden:
        assert plain(wording) not in plain(answer(item)), (item["id"], wording)


# Numbers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("short", COMPUTED)
def test_statements_about_a_draft_follow_from_it(short: str) -> None:
    item = ITEMS[full(short)]
    for statement in COMPUTED[short](question(item)):
        assert statement.lower() in answer(item).lower(), statement


@pytest.mark.parametrize("short", INSTANCES)
def test_counted_claims_have_their_instances(short: str) -> None:
    item = ITEMS[full(short)]
    for statement, instances in INSTANCES[short]:
        assert statement in answer(item), statement
        assert NAMES[len(instances)] in statement.lower(), statement
        for instance in instances:
            assert instance in question(item), instance


def test_quantity_key_points_are_computed_and_tell_the_wrong_value_apart() -> None:
    with_values = {i["id"] for i in ANSWERED if any("quantity" in point for point in i["key_points"])}
    assert with_values == {full(short) for short in QUANTITIES}
    for short, compute in QUANTITIES.items():
        item = ITEMS[full(short)]
        points = [point for point in item["key_points"] if "quantity" in point]
        for point, (value, unit, wrong) in zip(points, compute(question(item)), strict=True):
            wanted = U.Quantity(point["quantity"]).to(unit).magnitude
            assert wanted == pytest.approx(value, rel=point["rel_tol"])
            for other in wrong:
                assert abs(other - wanted) > point["rel_tol"] * abs(wanted), (short, "the wrong value would pass")


def test_the_formula_key_point_is_the_share_of_words() -> None:
    [(item, formula)] = [(i, p["formula"]) for i in ANSWERED for p in i["key_points"] if "formula" in p]
    symbols = {name: sp.Symbol(name, positive=True) for name in ("w_0", "w_1")}
    share = 1 - symbols["w_1"] / symbols["w_0"]
    assert sp.simplify(parsed(formula, symbols) - share) == 0
    stated = re.search(r"\$(s = .+?) = [\d/]+ = [\d.]+\$", answer(item))
    assert stated
    assert sp.simplify(parsed(stated[1], symbols) - share) == 0


def test_equations_of_numbers_hold() -> None:
    found = 0
    for item in BENCH:
        for equation in re.findall(r"\$([^$]*=[^$]*)\$", answer(item)):
            sides = [side.replace("\\times", "*").strip() for side in equation.split("=")]
            numeric = [side for side in sides if re.fullmatch(r"[\d\s.()+*/-]+", side)]
            for left, right in pairwise(numeric):
                found += 1
                half = 0.501 * 10.0 ** -len(right.partition(".")[2])
                assert abs(float(sp.sympify(left)) - float(sp.sympify(right))) <= half, (item["id"], equation)
    assert found >= 12


def test_the_p_value_of_the_question_belongs_to_its_statistic() -> None:
    stated = [item for item in BENCH if "*p* = " in question(item)]
    assert len(stated) == 2
    for item in stated:
        assert f"*p* = {f'{p_value(question(item)):.3f}'.removeprefix('0')}" in question(item)


def explained(item: Item) -> str:
    """The reference without all that the tables account for."""
    short = item["id"].rpartition("-")[2]
    text = re.sub(r"(?m)^\d\. |\b[a-z]_[01]\b", "", answer(item))
    known = [*TAUGHT, *(statement for statement, _ in INSTANCES.get(short, []))]
    if short in COMPUTED:
        known += COMPUTED[short](question(item))
    for statement in sorted(known, key=len, reverse=True):
        text = re.sub(re.escape(statement), " ", text, flags=re.IGNORECASE)
    return text


def test_every_number_is_given_computed_or_taught() -> None:
    for item in BENCH:
        rest, asked = explained(item), question(item)
        given = set(re.findall(NUMBER, asked))
        assert set(re.findall(NUMBER, rest)) <= given, item["id"]
        counted = set(folded(rest.split("### Suggestions")[0])) & set(NAMES[3:])
        known = {*folded(asked), *(NAMES[int(n)] for n in given if n.isdigit() and int(n) < len(NAMES))}
        assert counted <= known, item["id"]


def test_what_counts_as_taught_is_in_the_notes() -> None:
    notes, answers = "\n".join(NOTES.values()), "\n".join(answer(item) for item in BENCH)
    for said, taught in TAUGHT.items():
        assert taught in notes, taught
        assert said in answers, said
