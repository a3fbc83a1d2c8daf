"""Tables of questions and answers -> records: which column is what, by its header in English or Chinese."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tutorsmith.core.errors import DataError, UsageError, suggest
from tutorsmith.data.convert.rows import (
    REFUSALS_ZH,
    Bad,
    Good,
    Raw,
    Read,
    Reading,
    Remark,
    Source,
    assistant,
    dialogue,
    user,
)  # fmt: skip
from tutorsmith.data.documents.block import counted

HEADERS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "questions", "prompt", "query", "instruction", "问题", "题目", "提问", "题干", "问"),
    "answer": ("answer", "answers", "response", "completion", "output", "reply", "solution", "reference", "答案",
               "回答", "解答", "答", "参考答案", "标准答案", "答复"),
    "input": ("input", "输入", "材料"),
    "system": ("system", "system prompt", "系统提示", "系统提示词"),
    "id": ("id", "编号", "题号"),
    "mode": ("mode", "模式"),
    "refusal_type": ("refusal type", "refusal", "拒答类型", "拒答", "拒答原因"),
    "key_points": ("key points", "key point", "要点", "得分点", "采分点"),
    "chapter": ("chapter", "section", "topic", "unit", "章节", "章", "知识点", "单元"),
    "difficulty": ("difficulty", "level", "难度"),
    "language": ("language", "lang", "语言"),
    "source": ("source", "来源", "出处"),
    "category": ("category", "type", "类别", "类型", "题型"),
}  # fmt: skip
"""Our field -> headers that name it, compared without case, spaces, dashes and what stands in parentheses."""

HEADER_ROWS = 10
"""A header is looked for in so many rows, below a title and remarks."""
_META = ("chapter", "difficulty", "language", "source", "category")
_SPLIT = re.compile(r"\s*(?:\n|;|；)\s*")


class Row(NamedTuple):
    """One row of a table: where it stands, its cells, and what is wrong with it, if anything."""

    where: str
    cells: tuple[str, ...]
    fault: str = ""


class Header(NamedTuple):
    """position: of the header among the rows; fields: column -> our field, or `meta:NAME` for one we do not know."""

    position: int
    fields: Mapping[int, str]


def _plain(text: str) -> str:
    text = re.sub(r"[(（].*?[)）]", "", text).casefold()
    return re.sub(r"[\s_\-:：*]+", "", text)


_KNOWN = {_plain(name): field for field, names in HEADERS.items() for name in names}


def find_header(rows: Sequence[Row], columns: Mapping[str, str]) -> Header | None:
    """The first of the leading rows that names a question and an answer.

    Raises: UsageError when `columns` names a field that does not exist.
    """
    for field in columns:
        if field not in HEADERS:
            raise UsageError(f"no field {field!r}", where="--column", mend=suggest(field, HEADERS))
    wanted = {_plain(name): field for field, name in columns.items()}
    known = {name: field for name, field in _KNOWN.items() if field not in columns} | wanted
    for position, row in enumerate(rows[:HEADER_ROWS]):
        fields = _by_letter(row.cells, columns)
        for column, cell in enumerate(row.cells):
            if column in fields:
                continue
            named = known.get(_plain(cell))
            if named is not None and named not in fields.values():
                fields[column] = named
            elif cell.strip():
                fields[column] = f"meta:{' '.join(cell.split())}"
        if {"question", "answer"} <= set(fields.values()):
            return Header(position, fields)
    return None


def _by_letter(cells: Sequence[str], columns: Mapping[str, str]) -> dict[int, str]:
    """Columns that are named as spreadsheets do, `F`, where no header of the row has that name itself."""
    headers = {_plain(cell) for cell in cells}
    out: dict[int, str] = {}
    for field, name in columns.items():
        if re.fullmatch("[A-Z]{1,2}", name) and _plain(name) not in headers and any(cells):
            number = 0
            for letter in name:
                number = 26 * number + ord(letter) - ord("A") + 1
            if number <= len(cells):
                out[number - 1] = field
    return out


def no_header(where: str, rows: Sequence[Row]) -> DataError:
    """The DataError for a table whose columns are not understood."""
    first = next((row.cells for row in rows if any(row.cells)), ())
    shown = ", ".join(repr(cell) for cell in first[:8]) or "nothing"
    names = f"{', '.join(HEADERS['question'][:3])}, 问题 and {', '.join(HEADERS['answer'][:3])}, 答案"
    return DataError(
        f"no column for the question and one for the answer; the first row holds {shown}",
        where=where,
        mend=f"name the columns ({names}), or give --column question=NAME --column answer=NAME",
    )


def read_table(rows: Sequence[Row], source: Source, where: str) -> Reading:
    """Records of the rows below the header. Blank rows are no rows; all others come out as good or bad.

    Raises: DataError for a table without a header that is understood.
    """
    header = find_header(rows, source.columns)
    if header is None:
        raise no_header(where, rows)
    if above := sum(any(row.cells) for row in rows[: header.position]):
        yield Remark(where, f"{counted(above, 'row', 'rows')} above the header left out")
    free = sorted(field.removeprefix("meta:") for field in header.fields.values() if field.startswith("meta:"))
    if free:
        yield Remark(where, f"columns kept in meta: {', '.join(free)}")
    yield from _records(rows[header.position + 1 :], header.fields, source)


def _records(rows: Iterable[Row], fields: Mapping[int, str], source: Source) -> Iterator[Read]:
    for row in rows:
        if not any(cell.strip() for cell in row.cells) and not row.fault:
            continue
        if row.fault:
            yield Bad(row.where, row.fault, "correct the row")
            continue
        values = {fields[k]: cell.strip() for k, cell in enumerate(row.cells) if k in fields and cell.strip()}
        missing = [name for name in ("question", "answer") if name not in values]
        if missing == ["answer"] and source.benchmark and ("key_points" in values or "refusal_type" in values):
            missing = []
        if missing:
            yield Bad(row.where, f"the {' and the '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty",
                      "fill in the cell, or remove the row")  # fmt: skip
        else:
            yield Good(row.where, _record(values))


def _record(values: Mapping[str, str]) -> Raw:
    question = "\n".join(values[name] for name in ("question", "input") if name in values)
    turns = [user(question)]
    if "answer" in values:
        turns.append(assistant(values["answer"]))
    record: Raw = {"messages": dialogue(values.get("system", ""), turns)}
    for name in ("id", "mode"):
        if name in values:
            record[name] = values[name]
    if refusal := values.get("refusal_type", ""):
        record["refusal_type"] = REFUSALS_ZH.get(refusal, refusal)
    if points := values.get("key_points"):
        record["key_points"] = [point for point in _SPLIT.split(points) if point]
    meta = {name: values[name] for name in _META if name in values}
    meta |= {name.removeprefix("meta:"): value for name, value in values.items() if name.startswith("meta:")}
    if meta:
        record["meta"] = meta
    return record
