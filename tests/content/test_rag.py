"""Samples and benchmark items that bring their own excerpts: form, excerpts, citations, every formula and number."""

import re
from collections import Counter
from functools import cache

import pytest
import sympy as sp
from content_tools import DATA, NUMBER, PROSE, Item, answer, folded, jaccard, load, question
from em_part2_examples import arithmetic
from rag_formulas import CONFLICTS, OWN
from rag_numbers import CLAIMS, COMPUTE
from style_numbers import Given, U

from tutorsmith.data.schema import Message
from tutorsmith.data.words import word_count
from tutorsmith.evaluation.metrics.citations import find_citations, judge_citations
from tutorsmith.evaluation.metrics.prompt import numbered_excerpts, split_notes
from tutorsmith.evaluation.metrics.prose import sentence_spans
from tutorsmith.evaluation.metrics.refusal import judge_refusal
from tutorsmith.retrieval.chunk import MAX_WORDS
from tutorsmith.retrieval.ground import cut_to, is_grounded, notes_block
from tutorsmith.retrieval.notes import load_notes
from tutorsmith.retrieval.search import Hit

TRAIN, BENCH = load("processed/rag_sft.jsonl"), load("eval/rag_benchmark.jsonl")
ITEMS = {item["id"]: item for item in TRAIN + BENCH}
BASES = [load(f"processed/{name}_sft.jsonl")[0]["messages"][0]["content"] for name in ("style", "writing")]
CITE = (
    "After each statement that you take from a numbered excerpt of the notes, cite the excerpt as [n]; when the "
    "excerpts do not hold the answer or contradict each other, say so."
)
PROMPTS = [f"{base}\n{CITE}" for base in BASES]
NOTES = [load_notes([DATA / "knowledge" / course]).chunks for course in ("em", "writing")]
KINDS = ["conflict", "distractors", "insufficient", "one", "several"]
FAULTY = {item["id"]: item for item in TRAIN + BENCH if item["meta"]["rag"] == "conflict"}
REWORDED = 0.55
"""Share of common words from which two questions are taken for one; only those of a pair may be closer."""
UNIT = r"1/[a-z]+|[A-Za-z]+(?:·[A-Za-z]+)?(?:\^\d)?(?:/[A-Za-z]+(?:\^\d)?)?"
STATED = re.compile(rf"\$([^$=]+?) = (?:([^$=]+) = )?{NUMBER}\$(?: ({UNIT})(?![\w^]))?")
NO_UNIT = PROSE | {"of", "lowers"}
WORDED = {"dB": "", "degrees": "degree"}
FUNCTIONS = re.compile(r"\\(?:ln|log|arcsin)")
LAW_OF_ABSENCE = r"\nabla\cdot\mathbf{B}"
"""The one statement `symbol = number` that is a law, and cited as such."""

each_item = pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)


def system(item: Item) -> str:
    return str(item["messages"][0]["content"])


def course(item: Item) -> int:
    return PROMPTS.index(split_notes(system(item))[0].strip())


@cache
def excerpts_of(prompt: str) -> dict[int, str]:
    return numbered_excerpts(prompt)


def excerpts(item: Item) -> dict[int, str]:
    return excerpts_of(system(item))


def titled(item: Item) -> list[tuple[str, str]]:
    """(title line, text) of each excerpt."""
    return [(text.split("\n", 1)[0], text.split("\n", 1)[1]) for text in excerpts(item).values()]


def known_notes(item: Item) -> dict[str, str]:
    return {f"{chunk.source} > {chunk.heading}": chunk.text for chunk in NOTES[course(item)]}


def citing_sentences(item: Item) -> list[tuple[str, list[int]]]:
    """(sentence without its brackets, excerpts cited in it)."""
    text, out = answer(item), []
    found = find_citations(text)
    for start, end in sentence_spans(text):
        mine = [citation for citation in found if start <= citation.start < end]
        sentence = text[start:end]
        for citation in reversed(mine):
            sentence = sentence[: citation.start - start] + sentence[citation.end - start :]
        if mine:
            out.append((sentence, [number for citation in mine for number in citation.numbers]))
    return out


def normal(latex: str) -> str:
    """A formula without the layout that two writers may choose differently."""
    return re.sub(r"\\left|\\right|\\[,;!]|\\qq?uad|\s", "", latex).replace(r"\tfrac", r"\frac").rstrip(".,")


def stands_in(formula: str, text: str) -> bool:
    """Whether a formula, or each side of it, stands in a text."""
    sides = [side for side in re.split(r"=|\\approx", normal(formula)) if side]
    return normal(formula) in normal(text) or all(side in normal(text) for side in sides)


def stated(text: str) -> list[tuple[str, str | None, float, float, str]]:
    """(symbol, substitution, number, half a last digit, Pint unit) of every `$symbol = number$ unit`."""
    found: list[tuple[str, str | None, float, float, str]] = []
    for symbol, between, mantissa, decimals, power, unit in STATED.findall(text):
        scale = 10.0 ** int(power or 0)
        unit = "" if unit in NO_UNIT else WORDED.get(unit, unit.replace("·", "*").replace("^", "**").replace("dB", "1"))
        if symbol != LAW_OF_ABSENCE:
            found.append(
                (symbol, between or None, float(mantissa) * scale, 0.501 * scale * 10.0 ** -len(decimals), unit)
            )
    return found


def unchecked_numbers(item: Item, source: str) -> list[str]:
    """Numbers of an answer that are neither computed nor stand in the question or in an excerpt; bar single digits."""
    text = STATED.sub(" ", answer(item))
    for citation in reversed(find_citations(text)):
        text = text[: citation.start] + text[citation.end :]
    for key, wording, *_ in CLAIMS:
        text = text.replace(wording, " ") if key == item["id"] else text
    loose = re.findall(r"(?<![\w.{^_-])\d+\.\d+|(?<![\w.{^_-])\d{2,}(?![\w}])", text)
    known = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", question(item) + source)}
    known |= {number for _, _, number, _, _ in stated(answer(item))}
    return [number for number in loose if not any(abs(float(number) - value) < 1e-9 for value in known)]


def computed(item: str) -> Given:
    givens, function = COMPUTE[item]
    return function({name: U.Quantity(text.replace("^", "**")) for name, text in givens.items()})


def test_counts_and_ids() -> None:
    assert [item["id"] for item in TRAIN] == [f"rag-{n:04d}" for n in range(1, 85)]
    assert [item["id"] for item in BENCH] == [f"rag-b-{n:03d}" for n in range(1, 43)]


@pytest.mark.parametrize("items", [TRAIN, BENCH], ids=["train", "bench"])
def test_courses_kinds_and_difficulty_in_balance(items: list[Item]) -> None:
    share = sum(course(item) for item in items) / len(items)
    assert 0.28 <= share <= 0.32
    kinds = Counter(item["meta"]["rag"] for item in items)
    assert sorted(kinds) == KINDS
    assert min(kinds.values()) >= 0.1 * len(items)
    assert 0.2 <= kinds["insufficient"] / len(items) <= 0.28
    difficulty = Counter(item["meta"]["difficulty"] for item in items)
    assert set(difficulty) == {"easy", "medium", "hard"}
    assert min(difficulty.values()) >= 0.18 * len(items)
    for number, chapters in enumerate((18, 9)):
        seen = {item["meta"]["chapter"] for item in items if course(item) == number}
        assert len(seen) >= 0.8 * chapters


@each_item
def test_form(item: Item) -> None:
    bench = item["id"].startswith("rag-b")
    answered = item["refusal_type"] is None
    keys = ["id", "mode", "messages", *(["reference"] if bench else [])]
    keys += ["key_points"] if bench and answered else []
    assert list(item) == [*keys, "refusal_type", *(["citations"] if bench else []), "meta"]
    assert item["mode"] == "tutor_rag"
    roles = [message["role"] for message in item["messages"]]
    assert roles == (["system", "user"] if bench else ["system", "user", "assistant"])
    meta = item["meta"]
    assert meta["has_rag_context"] is True
    assert meta["has_tool_call"] is False
    assert meta["category"] == ("rag" if answered else "refusal")
    assert (meta["rag"] == "insufficient") == (item["refusal_type"] == "insufficient_context") == (not answered)
    text = answer(item)
    assert re.findall(r"^#.*$", text, flags=re.MULTILINE) == re.findall(r"^###.*$", BASES[course(item)], re.MULTILINE)
    assert all(len(body.split()) >= 10 for body in re.split(r"^### .+$", text, flags=re.MULTILINE)[1:])
    assert 110 <= len(text.split()) <= 210
    assert text.count("$") % 2 == 0
    assert text.count("{") == text.count("}")


@each_item
def test_excerpts_are_passages_of_the_notes_put_as_the_program_puts_them(item: Item) -> None:
    hits = [Hit(title.split(" > ", 1)[0], 0, title.split(" > ", 1)[1], text, 0.0) for title, text in titled(item)]
    assert system(item) == f"{PROMPTS[course(item)]}\n\n{notes_block(hits, 'en')}"
    assert is_grounded([Message("system", system(item))])
    assert 2 <= len(hits) <= 5
    assert len({title for title, _ in titled(item)}) == len(hits)
    known = known_notes(item)
    made_up = [title for title, text in titled(item) if text != cut_to(known.get(title, ""), word_count(text))]
    assert len(made_up) == (item["id"] in FAULTY)
    assert all(title not in known for title in made_up)
    assert all(word_count(text) <= MAX_WORDS for _, text in titled(item))


@pytest.mark.parametrize("item", FAULTY)
def test_both_sides_of_a_conflict_are_cited_and_it_is_named(item: str) -> None:
    sources = {chunk.source for chunk in NOTES[course(FAULTY[item])]}
    faulty = [n for n, (title, _) in enumerate(titled(FAULTY[item]), 1) if title.split(" > ")[0] not in sources]
    cited = {number for _, numbers in citing_sentences(FAULTY[item]) for number in numbers}
    assert len(faulty) == 1
    assert faulty[0] in cited
    assert cited - set(faulty)
    assert re.search(r"contradict|disagree", answer(FAULTY[item]))


def test_the_place_of_an_excerpt_tells_nothing() -> None:
    places: dict[str, Counter[int]] = {"faulty": Counter(), "cited": Counter()}
    for item in ITEMS.values():
        cited = Counter(number for _, numbers in citing_sentences(item) for number in numbers)
        places["cited"][cited.most_common(1)[0][0]] += 1
        known = known_notes(item)
        places["faulty"].update(n for n, (title, _) in enumerate(titled(item), 1) if title not in known)
    assert all(max(counts.values()) <= 0.5 * counts.total() for counts in places.values())


@pytest.mark.parametrize("item", CONFLICTS)
def test_the_faulty_note_is_faulty(item: str) -> None:
    wording, laws = CONFLICTS[item]
    true, claimed = laws()
    assert sp.simplify(true - claimed) != 0
    (text,) = [text for title, text in titled(FAULTY[item]) if title not in known_notes(FAULTY[item])]
    assert wording in text


def test_conflicts_of_formulas_are_all_decided() -> None:
    decided_in_words = {"rag-0014"}
    assert {key for key, item in FAULTY.items() if course(item) == 0} == set(CONFLICTS) | decided_in_words


@each_item
def test_cited_excerpts_hold_the_numbers_and_formulas_of_the_sentence(item: Item) -> None:
    verdict = judge_citations(system(item), answer(item), item.get("citations", []))
    assert verdict.valid
    assert verdict.support == 1.0, verdict.problems
    if "citations" in item:
        assert sorted(verdict.cited) == item["citations"]
    brackets = re.findall(r"\[\d", answer(item))
    assert len(brackets) == len(find_citations(answer(item)))
    for sentence, numbers in citing_sentences(item):
        source = "\n".join(excerpts(item)[number] for number in numbers)
        formulas = [f for f in re.findall(r"\$([^$]+)\$", sentence) if len(normal(f)) >= 4]
        assert [f for f in formulas if not stands_in(f, source) and not stated(f"${f}$")] == []


@each_item
def test_no_formula_or_number_is_left_unchecked(item: Item) -> None:
    source = "\n".join(excerpts(item).values())
    formulas = [f for f in re.findall(r"\$([^$]+)\$", answer(item)) if "=" in f and not STATED.search(f"${f}$")]
    loose = [f for f in formulas if not stands_in(f, source) and (item["id"], f) not in OWN]
    assert [f for f in loose if not any(key == item["id"] and f in wording for key, wording, *_ in CLAIMS)] == []
    assert unchecked_numbers(item, source) == []


@pytest.mark.parametrize("key", OWN, ids=lambda key: f"{key[0]} {key[1]}")
def test_own_formula_follows(key: tuple[str, str]) -> None:
    assert f"${key[1]}$" in answer(ITEMS[key[0]])
    assert sp.simplify(OWN[key]()) == 0


def test_only_items_in_the_table_compute_numbers() -> None:
    assert {key for key, item in ITEMS.items() if stated(answer(item))} == set(COMPUTE)


@pytest.mark.parametrize("item", COMPUTE)
def test_numbers_follow_from_the_givens(item: str) -> None:
    for text in COMPUTE[item][0].values():
        assert re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.]*\w)", question(ITEMS[item])), (item, text)
    expected, seen = computed(item), set()
    for symbol, between, number, half, unit in stated(answer(ITEMS[item])):
        assert abs(U.Quantity(expected[symbol]).m_as(unit) - number) <= half, (item, symbol, number)
        seen.add(symbol)
        if between and not FUNCTIONS.search(between):
            value = arithmetic(between)
            assert value is None or any(abs(value / scale - number) <= half for scale in (1, 1e-3, 1e-9, 1e-12)), (
                between
            )
    assert seen == set(expected)


@pytest.mark.parametrize(("item", "wording", "value", "said", "rel"), CLAIMS)
def test_number_put_into_words(item: str, wording: str, value: float, said: float, rel: float) -> None:
    assert wording in answer(ITEMS[item])
    assert value == pytest.approx(said, rel=rel)


@pytest.mark.parametrize("item", TRAIN, ids=[item["id"] for item in TRAIN])
def test_answers_refuse_where_they_say_so(item: Item) -> None:
    verdict = judge_refusal(answer(item), question(item), "en")
    assert verdict.kind == item["refusal_type"], verdict


def test_pairs_ask_the_same_with_and_without_the_deciding_excerpt() -> None:
    paired = [item for item in ITEMS.values() if "pair" in item["meta"]]
    assert len([item for item in paired if item in TRAIN]) >= 20
    assert len([item for item in paired if item in BENCH]) >= 8
    for item in paired:
        other = ITEMS[item["meta"]["pair"]]
        assert other["meta"]["pair"] == item["id"]
        assert (item in TRAIN) == (other in TRAIN)
        assert bool(other["refusal_type"]) != bool(item["refusal_type"])
        assert jaccard(question(item), question(other)) >= 0.3, item["id"]
        answered, refused = (item, other) if other["refusal_type"] else (other, item)
        deciding = {excerpts(answered)[n] for _, numbers in citing_sentences(answered) for n in numbers}
        assert deciding - set(excerpts(refused).values()), answered["id"]


def test_no_question_is_asked_elsewhere() -> None:
    files = sorted(
        path for path in (*DATA.glob("processed/*.jsonl"), *DATA.glob("eval/*.jsonl")) if "rag" not in path.name
    )
    others = [item for path in files for item in load(str(path.relative_to(DATA)))]
    seen = [(item, set(folded(question(item)))) for item in others]
    for item in ITEMS.values():
        words = set(folded(question(item)))
        for other, theirs in seen:
            alike = len(words & theirs) / len(words | theirs)
            assert alike < REWORDED or item["meta"].get("pair") == other["id"], (item["id"], other["id"], alike)
        seen.append((item, words))
