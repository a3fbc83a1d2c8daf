"""The table of formats: a format is one row and one file."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.data.convert.rows import Raw, Reading, Source

Reader = Callable[[Source], Reading]
Writer = Callable[[Raw], Raw]


class Format(NamedTuple):
    """reader, writer: `module:function` of this package (empty: it is not read, or not written); suffixes: of the files
    that hold it; about: one line; lines: whether it is written one object a line only."""

    reader: str
    writer: str
    suffixes: tuple[str, ...]
    about: str
    lines: bool = False


_JSON = (".json", ".jsonl", ".ndjson")
FORMATS: Mapping[str, Format] = {
    "tutorsmith": Format("own:read", "own:write", _JSON, "our samples and benchmark items", True),
    "alpaca": Format("alpaca:read", "alpaca:write", _JSON, "instruction, input, output; system, history"),
    "sharegpt": Format("sharegpt:read", "sharegpt:write", _JSON, "conversations of from, value; system, tools"),
    "openai": Format("openai_chat:read", "openai_chat:write", _JSON, "OpenAI fine-tuning: messages, tools", True),
    "prompt-completion": Format("pairs:read_completion", "", _JSON, "TRL: prompt, completion, as text or messages"),
    "query-response": Format("pairs:read_response", "", _JSON, "ms-swift: query, response; system, history"),
    "llamafactory": Format("llamafactory:read", "", (".json",), "LLaMA-Factory's dataset_info.json and its files"),
    "csv": Format("csv_file:read", "", (".csv", ".tsv"), "a question and an answer column, in English or Chinese"),
    "xlsx": Format("xlsx:read", "", (".xlsx", ".xlsm"), "the same in the sheets of a workbook"),
    "markdown": Format(
        "text_files:read_markdown", "", (".md", ".markdown", ".txt"), "headings, Q:/A:, 问：/答：, numbers"
    ),
    "word": Format("text_files:read_sheet", "", (".docx",), "the same in a Word document, or a table of questions"),
    "pdf": Format("text_files:read_sheet", "", (".pdf",), "the same in a PDF that holds text"),
    "html": Format("text_files:read_sheet", "", (".html", ".htm"), "the same in a web page"),
}
WRITABLE = tuple(name for name, row in FORMATS.items() if row.writer)


def reader_of(name: str) -> Reader:
    """Raises: UsageError for a format that does not exist."""
    if name not in FORMATS:
        raise UsageError(f"no format {name!r}", where="--from", mend=suggest(name, FORMATS))
    return _load(FORMATS[name].reader)  # type: ignore[return-value]


def writer_of(name: str) -> Writer:
    """Raises: UsageError for a format that does not exist or is only read."""
    if name not in WRITABLE:
        told = f"{name} is read, not written" if name in FORMATS else f"no format {name!r}"
        raise UsageError(told, where="--to", mend=suggest(name, WRITABLE))
    return _load(FORMATS[name].writer)  # type: ignore[return-value]


def row_reader_of(name: str) -> Callable[[Raw], Raw]:
    """What reads one row of a format that is written; it stands beside the writer as `from_row`."""
    return _load(FORMATS[name].writer.partition(":")[0] + ":from_row")  # type: ignore[return-value]


def _load(place: str) -> object:
    module, _, name = place.partition(":")
    return getattr(import_module(f"{__package__}.{module}"), name)
