"""What a writer is asked: the rules, two finished samples as turns of the dialogue, and the excerpts of the task."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutorsmith.data.schema import Sample
from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.formula_regions import text_at, written_formulas
from tutorsmith.evaluation.metrics.key_points import judge_key_point
from tutorsmith.evaluation.metrics.scope import scopes
from tutorsmith.expand.draft import Draft
from tutorsmith.expand.kinds import KINDS, kind_of
from tutorsmith.expand.plan import Task, chapter_of
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.search import search

VERSION = 1
"""Part of each prompt's hash: raise it whenever the words below change."""
EXAMPLES = 2
KNOWN_QUESTIONS = 6
"""Questions of the same chapter that are shown as taken."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z$])|(?<=[。！？])")

_EN = """You write new material for a course tutor. You get numbered excerpts of the course notes and say what kind of \
question and answer you were asked for; a teacher will check every word.
Reply with one JSON object and nothing else:
{{"question": "...", "answer": "...", "key_points": ["...", "..."], "cited": 1, "refusal_type": null, "difficulty": \
"easy" or "medium" or "hard"}}
question: stands alone, as a student would put it; it does not speak of excerpts.
answer: written under these instructions, which the tutor has: {system}
It says only what the excerpts support. Formulas stand in LaTeX between dollars, with each backslash doubled for JSON; \
numbers have units; each step of a calculation is an equation.
key_points: two to four statements that a right answer must make and this one makes, one short sentence each, or \
{{"formula": "C = epsilon_0*A/d"}}, or {{"quantity": "8.85 nF", "text": "the capacitance"}}.
cited: the number of the excerpt that the answer rests on.
refusal_type: {refusal}"""
_ZH = """你为课程助教编写新的材料。你会得到编号的课程笔记摘录和所需的题目类型，每一个字都会由教师检查。
只回复一个 JSON 对象，不要有其他内容：
{{"question": "...", "answer": "...", "key_points": ["...", "..."], "cited": 1, "refusal_type": null, "difficulty": \
"easy"、"medium" 或 "hard"}}
question：独立成题，像学生提问那样写，不提及摘录。
answer：按照助教的以下要求来写：{system}
只写摘录支持的内容。公式用美元符号括起的 LaTeX，反斜杠在 JSON 中要写两个；数值带单位；计算的每一步写成等式。
key_points：正确答案必须说出、且此答案已说出的二至四个要点，每个一句短句，或 {{"formula": "C = epsilon_0*A/d"}}，或 \
{{"quantity": "8.85 nF", "text": "电容"}}。
cited：答案所依据的摘录编号。
refusal_type：{refusal}
全部用中文书写。"""
_REFUSAL = {
    "en": ("null, since the question can be answered", '"{kind}", since the right answer is a refusal of this kind'),
    "zh": ("null，因为问题可以回答", '"{kind}"，因为正确的回答是这一类的拒答'),
}
_ASK = {
    "en": (
        "Excerpts:\n{excerpts}\n\nKind: {kind}{taken}\n\nWrite it about excerpt [{number}].",
        "\n\nAlready there, so ask something else:\n{listed}",
    ),
    "zh": (
        "摘录：\n{excerpts}\n\n类型：{kind}{taken}\n\n请就摘录 [{number}] 来写。",
        "\n\n已有的问题，请问别的：\n{listed}",
    ),
}
_REPAIR = {
    "en": "That reply cannot be used: {why}. Reply with the JSON object alone, as described.",
    "zh": "这个回复无法使用：{why}。请按说明只回复 JSON 对象。",
}


@dataclass(frozen=True)
class Material:
    """What prompts are made of. samples: those of the stage in the course's language, to learn the form from; taken:
    questions by chapter that are there already; system: the tutor's own instructions."""

    index: Index
    samples: Sequence[Sample]
    taken: Mapping[str, Sequence[str]]
    system: str
    language: str

    def chunk(self, task: Task) -> Chunk | None:
        """The task's chunk, or None when the notes hold it no more."""
        return next((c for c in self.index.chunks if c.source == task.source and c.number == task.chunk), None)

    def excerpts(self, task: Task) -> list[Chunk]:
        """The task's chunk and its neighbours in the same file, in the order of the notes."""
        near = range(task.chunk - 1, task.chunk + 2)
        return [c for c in self.index.chunks if c.source == task.source and c.number in near]


def messages(task: Task, material: Material) -> list[dict[str, str]]:
    """The dialogue that asks for one draft."""
    kind, language = KINDS[task.kind], material.language
    plain, refused = _REFUSAL[language]
    told = refused.format(kind=kind.refusal_type) if kind.refusal_type else plain
    system = (_ZH if language == "zh" else _EN).format(
        system=json.dumps(material.system, ensure_ascii=False), refusal=told
    )
    out = [{"role": "system", "content": system}]
    for sample in _examples(task, material):
        hits = search(material.index, sample.question, 1)
        shown = [(hit.heading, hit.text) for hit in hits]
        asked = _asked(kind_of(sample), shown, 1, (), language)
        reply = json.dumps(_as_reply(sample, bool(hits)), ensure_ascii=False)
        out += [{"role": "user", "content": asked}, {"role": "assistant", "content": reply}]
    chunks = material.excerpts(task)
    number = next(k for k, chunk in enumerate(chunks, start=1) if chunk.number == task.chunk)
    taken = list(material.taken.get(task.chapter, ()))[-KNOWN_QUESTIONS:]
    asked = _asked(task.kind, [(c.heading, c.text) for c in chunks], number, taken, language)
    return [*out, {"role": "user", "content": asked}]


def repair(language: str, why: str) -> str:
    return _REPAIR[language].format(why=why)


def _asked(kind: str, excerpts: Sequence[tuple[str, str]], number: int, taken: Sequence[str], language: str) -> str:
    ask, others = _ASK[language]
    listed = "\n".join(f"- {' '.join(question.split())[:200]}" for question in taken)
    shown = "\n".join(f"[{k}] {heading}\n{text}" for k, (heading, text) in enumerate(excerpts, start=1))
    row = KINDS[kind]
    return ask.format(
        excerpts=shown,
        kind=row.zh if language == "zh" else row.en,
        taken=others.format(listed=listed) if listed else "",
        number=number,
    )


def _examples(task: Task, material: Material) -> list[Sample]:
    """Samples of the same kind, from other chapters before the same one, so that nothing is copied; then any others."""

    def order(sample: Sample) -> tuple[bool, bool, str]:
        own = chapter_of(str(sample.meta.get("chapter") or "")) == task.chapter
        return (kind_of(sample) != task.kind, own, sample.id)

    usable = [s for s in material.samples if s.messages[-1].role == "assistant" and s.messages[-1].content]
    return sorted(usable, key=order)[:EXAMPLES]


def _as_reply(sample: Sample, cites: bool) -> dict[str, Any]:
    answer = sample.messages[-1].content or ""
    points = [] if sample.refusal_type else example_points(answer)
    difficulty = str(sample.meta.get("difficulty") or "medium")
    return Draft(
        sample.question, answer, tuple(points), 1 if cites else None, sample.refusal_type, difficulty
    ).as_dict()


def example_points(answer: str) -> list[str | dict[str, str]]:
    """Key points that an answer is known to make, by our own scorer: its first sentence in words, its first formula."""
    out: list[str | dict[str, str]] = []
    for line in answer.splitlines():
        sentence = _SENTENCE.split(line.strip())[0].strip()
        if not line.startswith("#") and "$" not in sentence and len(words(sentence)) >= 4:
            out.append(sentence)
            break
    text = scopes(answer).original
    for start, end in reversed(written_formulas(answer)):
        out.append({"formula": text_at(text, start, end)})
        if _covered(out[-1], answer):
            break
        out.pop()
    return [point for point in out if _covered(point, answer)]


def _covered(point: str | Mapping[str, str], answer: str) -> bool:
    try:
        return judge_key_point(point, answer).covered is True
    except ValueError:  # a DataError: the scorer cannot read this formula as a key
        return False
