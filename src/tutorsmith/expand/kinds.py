"""The kinds of drafts: one row each. A new kind is a row here; the plan, the prompt and the checks read it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tutorsmith.data.schema import Sample

Needs = Literal["any", "formula", "prose"]


@dataclass(frozen=True, slots=True)
class Kind:
    """category: of a benchmark item; refusal_type: the kind of refusal, None for what is answered; share: of a whole
    stage's data that the plan aims at; needs: excerpts with formulas, notes that are mostly prose, or any.
    en, zh: what the writer is told."""

    name: str
    category: str
    refusal_type: str | None
    share: float
    needs: Needs
    en: str
    zh: str


_ROWS = (
    Kind(
        "concept",
        "concept",
        None,
        0.30,
        "any",
        "A question on an idea of the excerpt: why something is so, when it holds, how two things differ. The answer "
        "gives the reason, not only the fact.",
        "就摘录中的一个概念提问：为什么如此、在什么条件下成立、两者有何区别。答案要讲清道理，而不只是陈述事实。",
    ),
    Kind(
        "derivation",
        "derivation",
        None,
        0.25,
        "formula",
        "A question that asks to derive or show a formula of the excerpt. The answer goes step by step, each step one "
        "equation, from a law that the excerpt names.",
        "要求推导或证明摘录中某个公式的问题。答案逐步推导，每一步写成一个等式，并从摘录提到的定律出发。",
    ),
    Kind(
        "calculation",
        "calculation",
        None,
        0.25,
        "formula",
        "A question with numbers: all data needed are given with their units. The answer names the formula, puts the "
        "numbers in, and writes each step as an equation with the result and its unit. One key point is the result, as "
        '{"quantity": "value unit", "text": "what it is"}.',
        "带数值的计算题：所需数据连同单位全部给出。答案写出公式、代入数值，每一步写成等式并给出带单位的结果。"
        '其中一个要点是结果，写成 {"quantity": "数值 单位", "text": "它是什么"}。',
    ),
    Kind(
        "diagnosis",
        "diagnosis",
        None,
        0.25,
        "prose",
        "A question in which a student shows a short text of his or her own (one to three sentences, in quotation "
        "marks) that breaks a rule of the excerpt, and asks what is wrong. The answer names the faults and their rule.",
        "学生给出自己写的一小段文字（一到三句，放在引号中），其中违反了摘录中的某条规则，并询问哪里有问题。答案指出问题及对应的规则。",
    ),
    Kind(
        "rewrite",
        "rewrite",
        None,
        0.25,
        "prose",
        "A question in which a student shows a short text in quotation marks and asks how to improve it by a rule of "
        "the excerpt. The answer says what to change and why, and leaves the writing to the student.",
        "学生给出一小段放在引号中的文字，询问如何按摘录中的规则改进。答案说明改什么、为什么，而把写作留给学生。",
    ),
    Kind(
        "insufficient_context",
        "refusal",
        "insufficient_context",
        0.07,
        "any",
        "A near miss: a question on the topic of the excerpt that sounds as if the notes answered it, but asks for a "
        "fact, value or case that no excerpt holds. The answer says that the notes do not hold this, names what they "
        "do say on it, and invents nothing.",
        "似是而非的问题：问题紧扣摘录主题，听起来笔记应能回答，但所问的事实、数值或情形在任何摘录中都没有。"
        "答案说明笔记没有提供这一内容，指出笔记说了什么，不作任何编造。",
    ),
    Kind(
        "missing_parameters",
        "refusal",
        "missing_parameters",
        0.07,
        "any",
        "A near miss: a question that the excerpt's method answers, but in which one thing that the method needs is "
        "not given. The answer says which one is missing, asks for it, gives the formula or rule, and no result.",
        "似是而非的问题：摘录中的方法可以回答，但题目缺少方法所需的一个条件。答案指出缺少哪一个、请学生补充，"
        "给出公式或规则，但不给出结果。",
    ),
    Kind(
        "out_of_scope",
        "refusal",
        "out_of_scope",
        0.06,
        "any",
        "A near miss: a question that uses words of the excerpt but asks for something that is no matter of this "
        "course (another subject, a service, a personal decision, work that the student must do alone). The answer "
        "declines, says that it is outside this course, and offers what the course can help with.",
        "似是而非的问题：用到摘录中的词语，但所求不属于本课程（其他学科、代办服务、个人决定，或应由学生独立完成的作业）。"
        "答案婉拒，说明超出本课程范围，并提出课程能够提供的帮助。",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ROWS}

PROSE_BELOW = 0.2
"""Notes of which a smaller share of the chunks holds a formula are about writing and the like, not about formulas."""
_FORMULA = re.compile(r"\$[^$]*[=≈][^$]*\$|\\\[[^]]*=")
_NUMBER_WITH_UNIT = re.compile(
    r"\d\s*(?:\\,|~|\s)?\s*(?:\\mathrm\{)?(?:[munpkMGμ]?(?:m|V|A|F|H|Hz|C|W|J|N|T|S|s|g|eV|Ω|ohm)\b|米|伏|安|法|亨|赫|库|瓦|焦|牛|秒|%)"
)
_DERIVE = re.compile(r"\b(?:derive|prove|show that|deduce|starting from)\b|推导|证明|导出", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“「『][^\"”」』]{25,}[\"”」』]")
_IMPROVE = re.compile(
    r"\b(?:improve|revise|rewrite|repair|polish|shorten|fix|rephrase)\w*\b|修改|改写|润色|改进", re.IGNORECASE
)


def has_formula(text: str) -> bool:
    """Whether a text states an equation in mathematics mode."""
    return _FORMULA.search(text) is not None


def kinds_for(texts: list[str]) -> list[Kind]:
    """The kinds that fit notes of these chunks: reckoning for notes with formulas, work on texts for prose."""
    share = sum(map(has_formula, texts)) / max(1, len(texts))
    unfit = "formula" if share < PROSE_BELOW else "prose"
    return [kind for kind in KINDS.values() if kind.needs != unfit]


def kind_of(sample: Sample) -> str:
    """The kind of an existing sample: by refusal_type, else meta.category, else by how its question is put."""
    if sample.refusal_type is not None:
        return sample.refusal_type
    category = sample.meta.get("category")
    if isinstance(category, str) and category in KINDS:
        return category
    question = sample.question
    if _QUOTED.search(question):
        return "rewrite" if _IMPROVE.search(question) else "diagnosis"
    if _DERIVE.search(question):
        return "derivation"
    return "calculation" if _NUMBER_WITH_UNIT.search(question) else "concept"
