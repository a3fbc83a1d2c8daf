"""What a system prompt asks for, apart from the course notes that were appended to it."""

import re

_NOTES_LINE = re.compile(
    r"^[ \t>*_#]*(?:course notes[ \t]*[(（][ \t]*numbered excerpts|课程笔记[ \t]*[(（][ \t]*编号摘录)[ \t]*[)）]"
    r"[ \t]*[:：]?[ \t*_]*$",
    re.IGNORECASE | re.MULTILINE,
)
_EXCERPT_START = re.compile(r"^[ \t]*[\[［【][ \t]*(\d{1,3})[ \t]*[\]］】][ \t:：]*", re.MULTILINE)


def split_notes(system_prompt: str) -> tuple[str, str]:
    """(instructions, notes): the notes are what follows the line that announces numbered excerpts; "" without one."""
    found = _NOTES_LINE.search(system_prompt)
    if found is None:
        return system_prompt, ""
    return system_prompt[: found.start()], system_prompt[found.end() :]


def numbered_excerpts(system_prompt: str) -> dict[int, str]:
    """The excerpts of the notes by number. Without an announcing line any lines that start with [1], [2], ... count.

    Numbers rise from excerpt to excerpt; a line inside an excerpt that starts with a smaller one is part of its text.
    """
    instructions, notes = split_notes(system_prompt)
    text = notes or instructions
    starts: list[tuple[int, re.Match[str]]] = []
    for found in _EXCERPT_START.finditer(text):
        number = int(found.group(1))
        if number > (starts[-1][0] if starts else 0):
            starts.append((number, found))
    ends = [found.start() for _, found in starts[1:]] + [len(text)]
    return {number: text[found.end() : end].strip() for (number, found), end in zip(starts, ends, strict=True)}
