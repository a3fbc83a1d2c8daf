"""The guide alone: whatever a model would choose, and in however odd tokens, its answer has the form."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from operator import sub
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from tutorsmith.evaluation.metrics.format import judge_format
from tutorsmith.generation.form import Form, Section, budget, least_tokens
from tutorsmith.generation.guide import END, Guide, opening_size, room_needed
from tutorsmith.generation.spelling import Spelling

HEADINGS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("Conclusion",), ("Derivation",), ("Check", "Check (units / limiting cases)")),
    (("结论",), ("推导过程（步骤）",), ("检验",)),
    (("Why?",), ("C# (a|b) [x]* \\d+ $y^2$",)),
    (("Answer",),),
    tuple((f"Part {k}",) for k in range(10)),
    (("`code` & <b>",), ("1. First",), ("--- x",)),
)
TRICKS = (
    "<!--", "-->", "<?", "<![CDATA[", "<script>", "</script>", "<div>", "<pre>", "</div>\n", "<!A", "```", "~~~",
    "\n---\n", "\n===", "\n- ", "  ```\n", "1. ", "> ", "- ```\n", "\n\n", "### Conclusion", "### ", "\n## ", "\n#",
    "````", "\n###", "\n### Derivation\n", "$$", "\n\n    ", "\t", "\r", "\r\n",
)  # fmt: skip
OPENED = "From the notes:"
THREE = Form((Section(("Conclusion",)), Section(("Derivation",)), Section(("Check", "Check (units)"))))


@pytest.fixture(scope="module")
def letters(tiny_model: Path) -> Spelling:
    """A token a byte: Chinese headings are spelled in parts of characters."""
    return Spelling(AutoTokenizer.from_pretrained(tiny_model))


@pytest.fixture(scope="module")
def pieces() -> Spelling:
    """Byte-level tokens of several letters, some of which cross from marks or punctuation into a new line."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(_pattern(r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s?\p{L}+|\p{N}|\s+"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    raw.decoder = decoders.ByteLevel()
    text = (
        "### Conclusion\nIt holds.\n\n### Derivation\nWhy?\n\n### Check (units)\nThe 结论 is fine.\n\n#### Part\n```\n"
    )
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=["<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([text] * 9, trainer)
    spelling = Spelling(PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|end|>"))
    assert b".\n\n" in {spelling.bytes_of(token) for token in range(len(spelling.tokenizer))}
    return spelling


def _pattern(text: str) -> Any:
    from tokenizers import Regex

    return Regex(text)


@pytest.fixture(scope="module")
def sentencepiece() -> Spelling:
    """Words with a mark for the space before them, and bytes for what is unknown."""
    words = ["▁", "▁###", "###", "▁Check", "▁Answer", "▁It", "▁holds", ".", "C", "h", "e", "c", "k"]
    vocabulary = {"<unk>": 0, "</s>": 1, **{f"<0x{k:02X}>": 2 + k for k in range(256)}}
    vocabulary |= {word: 258 + k for k, word in enumerate(words)}
    vocabulary |= {"#": len(vocabulary), "##": len(vocabulary) + 1}
    merges = [("#", "#"), ("##", "#"), ("▁", "###")]
    raw = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True))
    raw.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    raw.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return Spelling(PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="</s>", unk_token="<unk>"))


def end_of(spelling: Spelling) -> int:
    return int(spelling.tokenizer.eos_token_id)


def text_of(spelling: Spelling, tokens: Iterable[int]) -> str:
    return str(spelling.tokenizer.decode(list(tokens), skip_special_tokens=True)).strip()


def answered(guide: Guide, choices: Callable[[], Iterable[int]]) -> list[int]:
    """The tokens of an answer of which `choices` gives the model's, the best first, for one token after the other."""
    said: list[int] = []
    while True:
        token = guide.choose(choices())
        if guide.ended:
            return said[: guide.kept]
        said.append(token)
        assert len(said) < guide.limit


def follow(spelling: Spelling, form: Form, text: str, limit: int = 400) -> tuple[str, Guide]:
    """What becomes of a model that would write the text and end, whatever was said instead."""
    wanted = [*spelling.ids_of(text), end_of(spelling)]
    guide = Guide(form, spelling, limit, frozenset({end_of(spelling)}))
    place = iter(wanted)
    said = answered(guide, lambda: [next(place, end_of(spelling)), *spelling.ids_of("word")])
    return text_of(spelling, said), guide


@st.composite
def models_at_random(draw: st.DrawFn) -> tuple[random.Random, float, float, float, bool]:
    """Dice, and how often such a model ends, says a word, and plays a trick; whether it otherwise loves marks."""
    return (
        random.Random(draw(st.integers(0, 2**32))),
        draw(st.sampled_from((0.0, 0.01, 0.2))),
        draw(st.sampled_from((0.0, 0.02, 0.3))),
        draw(st.sampled_from((0.0, 0.1, 0.5))),
        draw(st.booleans()),
    )


def chosen_at_random(spelling: Spelling, model: tuple[random.Random, float, float, float, bool]) -> Iterator[int]:
    dice, ends, words, tricks, marks = model
    size = len(spelling.tokenizer)
    loved = [t for t in range(size) if re.fullmatch(rb"[#`~=<>!? \n\r\t*_/|.$:\[\]-]+", spelling.bytes_of(t))]
    known = [t for t in range(size) if spelling.bytes_of(t).strip().isalpha()]
    while True:
        kind = dice.random()
        if kind < ends:
            yield end_of(spelling)
        elif kind < ends + words:
            yield dice.choice(known)
        elif kind < ends + words + tricks:
            yield from spelling.ids_of(dice.choice(TRICKS))
        else:
            yield dice.choice(loved) if marks else dice.randrange(size)


@pytest.mark.parametrize("name", ["letters", "pieces"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(model=models_at_random(), headings=st.sampled_from(HEADINGS), spare=st.sampled_from((0, 1, 5, 50, 300)))
def test_whatever_a_model_chooses_its_answer_has_the_form(
    request: pytest.FixtureRequest, name: str, model: Any, headings: tuple[tuple[str, ...], ...], spare: int
) -> None:
    spelling: Spelling = request.getfixturevalue(name)
    form = Form(tuple(Section(wordings) for wordings in headings))
    guide = Guide(form, spelling, room_needed(form, spelling) + spare, frozenset({end_of(spelling)}))
    stream = chosen_at_random(spelling, model)
    text = text_of(spelling, answered(guide, lambda: stream))
    prompt = "Use exactly these sections:\n" + "\n".join(f"### {wordings[-1]}" for wordings in headings)
    verdict = judge_format(prompt, text)
    assert verdict.strict, (verdict.problems, text)


GOOD = (
    "### Conclusion\nIt holds.\n\n### Derivation\nWhy? So.\n\n### Check\nFine.",
    "### Conclusion\n\nIt holds.\n### Derivation\n1. One\n2. Two\n\n---\n\n- a\n- b\n\n### Check (units)\nV/m.",
    "### Conclusion\nIt holds.\n#### First\nSo.\n#1 is no heading\n\n"
    "### Derivation\n```python\n# a comment\n### more\nx = 1\n```\n\n"
    "### Check\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\n$$\nx = 1\n$$",
    "### Conclusion\nText <b>bold</b> and 结论.\n\n    ### indented code\n\n"
    "### Derivation\n= 5 V\n== no line\n\n### Check\nok",
)


@pytest.mark.parametrize("text", GOOD, ids=range(len(GOOD)))
@pytest.mark.parametrize("name", ["letters", "pieces"])
def test_an_answer_in_the_form_comes_out_as_it_was(request: pytest.FixtureRequest, name: str, text: str) -> None:
    spelling: Spelling = request.getfixturevalue(name)
    tokens = [*spelling.ids_of(text), end_of(spelling)]
    guide = Guide(THREE, spelling, 4 * len(tokens), frozenset({end_of(spelling)}))
    for token in tokens:
        assert guide.choose([token]) == token, text_of(spelling, tokens[: guide.count])
    assert guide.ended and guide.kept == len(tokens) - 1 and guide.reason == "stop"


def test_where_the_model_ends_early_the_next_heading_follows(letters: Spelling) -> None:
    text, _ = follow(letters, THREE, "Hello")
    assert re.fullmatch(r"### Conclusion\n.+\n\n### Derivation\n.+\n\n### Check\n.+", text)
    text, _ = follow(letters, THREE, "### Conclusion\nIt holds.\n")
    assert text.startswith("### Conclusion\nIt holds.\n\n### Derivation\nw")


@pytest.mark.parametrize("again", ["### Conclusion", "## Notes", "# Title", "###", "### Derivations", "###Derivation"])
def test_another_heading_ends_a_section(letters: Spelling, again: str) -> None:
    text, _ = follow(letters, THREE, f"### Conclusion\nIt holds.\n\n{again}\nSo.")
    assert text.startswith("### Conclusion\nIt holds.\n\n### Derivation\n")
    assert text.count("\n### ") == 2 and "\n## " not in text
    whole = "### Conclusion\nA.\n\n### Derivation\nB.\n\n### Check\nC."
    text, guide = follow(letters, THREE, f"{whole}\n\n{again}\nSo.")
    assert text == whole and guide.reason == "stop"


def test_a_section_without_text_goes_on(letters: Spelling) -> None:
    text, _ = follow(letters, THREE, "### Conclusion\n\n### Derivation\nB.\n\n### Check\nC.")
    assert judge_format("### Conclusion\n### Derivation\n### Check (units)", text).strict


def test_a_line_of_dashes_makes_no_heading(letters: Spelling) -> None:
    one = Form((Section(("Answer",)),))
    for line in ("---", "===", "-", "="):
        text, _ = follow(letters, one, f"### Answer\nA paragraph.\n{line}\nMore.")
        assert judge_format("### Answer", text).strict and "paragraph" in text and "More." in text
    kept = "### Answer\nA paragraph.\n\n---\n\nMore."
    assert follow(letters, one, kept)[0] == kept


def test_an_open_fence_is_closed_before_the_next_heading(letters: Spelling) -> None:
    text, _ = follow(letters, THREE, "### Conclusion\n```python\nx = 1")
    assert text.startswith("### Conclusion\n```python\nx = 1\n```\n\n### Derivation\n")


def test_html_ends_before_the_next_heading(pieces: Spelling) -> None:
    text, _ = follow(pieces, THREE, "### Conclusion\n<div>\nIt holds.\n### Derivation\nB.\n\n### Check\nC.")
    assert text.startswith("### Conclusion\n<div>\nIt holds.\n\n### Derivation\n")
    assert judge_format("### Conclusion\n### Derivation\n### Check (units)", text).strict


def test_a_section_ends_with_a_sentence_or_at_last_within_one(letters: Spelling) -> None:
    limit = 400
    guide = Guide(THREE, letters, limit, frozenset())
    soft, hard = guide.budget.soft[0], guide.budget.hard[0]
    assert 0 < soft < hard < guide.budget.hard[1] < guide.budget.hard[2] < limit
    talk = iter(letters.ids_of("### Conclusion\n" + "word by word. " * 100))
    said = text_of(letters, answered(guide, lambda: [next(talk)]))
    first = said.split("\n\n### Derivation\n")[0]
    assert first.endswith("word by word.") and soft <= len(first) < soft + 15 and guide.reason == "stop"
    endless = iter(letters.ids_of("### Conclusion\n" + "word by " * 300))
    guide = Guide(THREE, letters, limit, frozenset())
    said = text_of(letters, answered(guide, lambda: [next(endless)]))
    assert len(said.split("\n\n### Derivation\n")[0]) == hard and guide.reason == "length"


def test_what_a_section_leaves_goes_to_the_next(letters: Spelling) -> None:
    guide = Guide(THREE, letters, 400, frozenset())
    long = "word " * ((guide.budget.soft[1] - 60) // 5)
    text = f"### Conclusion\nShort.\n\n### Derivation\n{long.strip()}.\n\n### Check\nC."
    assert len(long) > guide.budget.hard[0] and follow(letters, THREE, text)[0] == text


def test_budgets_are_bounded_on_both_sides() -> None:
    assert budget(300, (10, 10, 10), 5).hard == (150, 225, 295)
    tight = budget(least_tokens((10, 10, 10), 5), (10, 10, 10), 5)
    assert tight.hard == (11, 27, 43)
    with pytest.raises(ValueError, match="no room for 3 sections"):
        budget(47, (10, 10, 10), 5)


def test_a_model_that_says_nothing_that_fits_gets_the_name_of_the_section(letters: Spelling) -> None:
    guide = Guide(THREE, letters, room_needed(THREE, letters), frozenset())
    space = letters.ids_of(" ")
    text = text_of(letters, answered(guide, lambda: space * 99))
    assert re.fullmatch(r"### Conclusion\s+Conclusion\n\n### Derivation\s+Derivation\n\n### Check\s+Check", text)


def test_a_call_is_left_alone(letters: Spelling) -> None:
    form = Form(THREE.sections, calls=True)
    call = '<tool_call>\n{"name": "integrate", "arguments": {}}\n</tool_call>'
    assert follow(letters, form, call)[0] == call
    assert follow(letters, THREE, call)[0].startswith("### Conclusion\n")
    later = f"### Conclusion\nLet me see.\n{call}"
    assert follow(letters, form, later)[0] == later
    text, _ = follow(letters, form, "<b>Hello")
    assert text.startswith("<tool_call>"), "once begun, a call's mark is completed"


def test_an_optional_section_may_be_left_out_but_not_come_late(letters: Spelling) -> None:
    form = Form((Section(("A",)), Section(("Notes",), optional=True), Section(("B",))))
    for text in ("### A\nx.\n\n### B\ny.", "### A\nx.\n\n### Notes\nn.\n\n### B\ny."):
        assert follow(letters, form, text)[0] == text
    text, _ = follow(letters, form, "### A\nx.\n\n### B\ny.\n\n### Notes\nn.")
    assert text == "### A\nx.\n\n### B\ny."
    text, _ = follow(letters, form, "### A\nx.")
    assert "Notes" not in text and "### B" in text
    last = Form((Section(("A",)), Section(("Notes",), optional=True)))
    for text in ("### A\nx.", "### A\nx.\n\n### Notes\nn."):
        assert follow(letters, last, text)[0] == text


def test_a_heading_is_written_in_its_own_tokens(pieces: Spelling) -> None:
    """A model that spells "Conclusion" letter by letter gets the tokens that every other answer has."""
    form = Form((Section(("Conclusion",)),))
    odd = [token for character in "### Conclusion" for token in pieces.ids_of(character)]
    own = pieces.ids_of("### Conclusion\n")
    place = iter(odd)
    guide = Guide(form, pieces, 60, frozenset({end_of(pieces)}))
    said = answered(guide, lambda: [next(place, end_of(pieces)), *pieces.ids_of("It")])
    assert tuple(said[: len(own)]) == own and len(own) < len(odd)
    merged = pieces.ids_of("### Why?\n\nIt")
    guide = Guide(Form((Section(("Why?",)),)), pieces, 60, frozenset({end_of(pieces)}))
    assert b"?\n\n" in map(pieces.bytes_of, merged), "the heading's last token holds the lines' ends too"
    assert [guide.choose([token]) for token in merged] == list(merged)


def test_sentencepiece_spells_headings_too(sentencepiece: Spelling) -> None:
    assert sentencepiece.joined(sentencepiece.ids_of("### Check\n")) == b"### Check\n"
    assert sentencepiece.joined(sentencepiece.ids_of("结论")) == "结论".encode()
    form = Form((Section(("Answer",)), Section(("Check",)), Section(("结论",))))
    guide = Guide(form, sentencepiece, room_needed(form, sentencepiece) + 30, frozenset({1}))
    text = text_of(sentencepiece, answered(guide, lambda: [1, *sentencepiece.ids_of(" It")]))
    assert judge_format("### Answer\n### Check\n### 结论", text).strict, text


def test_no_room_and_no_headings_are_errors(letters: Spelling) -> None:
    with pytest.raises(ValueError, match="no room"):
        Guide(THREE, letters, room_needed(THREE, letters) - 1, frozenset())
    for wordings in ((), ("",), ("---",), ("two\nlines",)):
        with pytest.raises(ValueError, match="heading"):
            Section(wordings)
    with pytest.raises(ValueError, match="not optional"):
        Form((Section(("A",), optional=True),))
    with pytest.raises(ValueError, match="cannot spell"):
        room_needed(Form((Section(("A <|im_end|>",)),)), letters)


def test_a_tokenizer_of_another_kind_spells_nothing() -> None:
    raw = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1, "##b": 2}, unk_token="[UNK]"))
    raw.decoder = decoders.WordPiece()
    with pytest.raises(ValueError, match="unknown kind"):
        Spelling(PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="[UNK]")).ids_of("ab")


def test_special_tokens_and_ids_beyond_the_tokenizer_spell_nothing(letters: Spelling) -> None:
    assert letters.bytes_of(end_of(letters)) == b"" == letters.bytes_of(len(letters.tokenizer) + 7)
    assert END not in range(len(letters.tokenizer))


def opened(form: Form, *openings: str) -> Form:
    pairs = zip_longest(form.sections, openings, fillvalue="")
    return replace(form, sections=tuple(replace(section, opening=opening) for section, opening in pairs))


@pytest.mark.parametrize("begun", ["", "### Conclusion\n", "### Conclusion\n\n"])
def test_the_first_section_begins_with_the_opening_whatever_the_model_says(pieces: Spelling, begun: str) -> None:
    form = opened(THREE, OPENED)
    guide = Guide(form, pieces, 120, frozenset({0}))
    wishes = list(pieces.ids_of(f"{begun}It holds.")) if begun else list(pieces.ids_of("It holds."))
    while not guide.ended:
        guide.choose(iter([wishes.pop(0)] if wishes else [0]))
    text = guide.text()
    assert text.startswith("### Conclusion\n") and text.split("\n", 1)[1].lstrip().startswith(OPENED)
    assert text.count(OPENED) == 1 and "### Derivation" in text and "### Check" in text


def test_an_opening_needs_room(pieces: Spelling) -> None:
    form = opened(THREE, OPENED)
    assert room_needed(form, pieces) == room_needed(THREE, pieces) + len(pieces.ids_of(OPENED))


def test_a_tokenizer_is_read_by_its_pieces_whatever_decoder_it_names(pieces: Spelling) -> None:
    raw = Tokenizer.from_str(pieces.tokenizer.backend_tokenizer.to_str())
    # As some versions of transformers make it of a GGUF of Llama's architecture.
    raw.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse(), decoders.ByteLevel()])
    other = Spelling(PreTrainedTokenizerFast(tokenizer_object=raw))
    assert other.ids_of("### Check (units)\n") == pieces.ids_of("### Check (units)\n")
    assert other.bytes_of(other.ids_of(" 结论")[0]) == pieces.bytes_of(pieces.ids_of(" 结论")[0])


NOTES = f"{OPENED} The field is $E=q/r$. [1]\n\n"


def test_the_first_heading_and_the_opening_are_said_before_the_model_is_asked(pieces: Spelling) -> None:
    form = opened(THREE, NOTES)
    guide = Guide(form, pieces, 200, frozenset({0}))
    begun = guide.begin()
    assert pieces.tokenizer.decode(begun) == guide.text() == f"### Conclusion\n{NOTES}"
    assert guide.forced() is None and guide.section == 0 and guide.count == len(begun)
    wishes = iter([*pieces.ids_of("It holds.\n\n### Derivation\nSo.\n\n### Check (units)\nYes."), 0])
    while not guide.ended:
        guide.choose(iter([next(wishes)]))
    assert guide.text().startswith(f"### Conclusion\n{NOTES}It holds.\n\n### Derivation\nSo.")


@pytest.mark.parametrize(
    "form",
    [
        THREE,
        replace(opened(THREE, NOTES), calls=True),
        opened(Form((Section(("Aside",), optional=True), *THREE.sections)), NOTES),
    ],
    ids=["no opening", "calls", "optional first"],
)
def test_where_the_model_chooses_how_to_begin_nothing_is_said_before(pieces: Spelling, form: Form) -> None:
    assert Guide(form, pieces, 400, frozenset({0})).begin() == []


@given(st.integers(0, 2**32), st.sampled_from([20, 60, 200]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_section_begins_with_its_opening_whatever_the_model_says(pieces: Spelling, seed: int, more: int) -> None:
    dice = random.Random(seed)
    form = opened(THREE, NOTES, "", "Notes: all units agree. [2]\n\n")
    guide = Guide(form, pieces, room_needed(form, pieces) + more, frozenset({0}))
    guide.begin()
    while not guide.ended:
        guide.choose(dice.choices(range(1, len(pieces.tokenizer)), k=20))
    text = guide.text()
    bodies = re.split(r"^### (?:Conclusion|Derivation|Check.*)\n", text.replace("\r", "\n"), flags=re.MULTILINE)
    assert len(bodies) == 4 and bodies[1].startswith(NOTES) and bodies[3].startswith("Notes: all units agree. [2]")
    assert text.count("From the notes:") == text.count("Notes: all") == 1


@pytest.mark.parametrize(
    ("begun", "opens"),
    [("From", True), ("From the", True), ("\n\nFrom", True), ("It", False), ("F = q", False), ("Formerly", False)],
)
def test_where_the_model_may_choose_its_first_word_decides(pieces: Spelling, begun: str, opens: bool) -> None:
    form = replace(opened(THREE, NOTES, "", "Units agree. [2]\n\n"), chosen=True)
    guide = Guide(form, pieces, 300, frozenset({0}))
    assert pieces.tokenizer.decode(guide.begin()) == "### Conclusion\n"
    wishes = list(pieces.ids_of(begun))
    while not guide.ended:
        waits = guide.forced() is None
        guide.choose(iter([wishes.pop(0) if waits and wishes else 0, *pieces.ids_of("x")]))
    assert ("From the notes:" in guide.text()) == opens == ("Units agree." in guide.text())
    assert guide.text().count("From the notes:") == int(opens) and (opens or f"\n{begun}" in guide.text())


def test_an_opening_takes_no_room_from_the_sections(pieces: Spelling) -> None:
    long = opened(THREE, NOTES * 9, "", NOTES * 3)
    plain, after = (
        Guide(form, pieces, limit, frozenset({0}))
        for form, limit in ((THREE, 300), (long, 300 + opening_size(long, pieces)))
    )
    one, three = (opening_size(opened(THREE, text), pieces) for text in (NOTES * 9, NOTES * 3))
    for ends, others in ((after.budget.hard, plain.budget.hard), (after.budget.soft, plain.budget.soft)):
        assert tuple(map(sub, ends, others)) == (one, one, one + three)
