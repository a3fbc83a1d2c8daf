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

    Numbers count upwards: a line inside an excerpt that starts with a number out of turn is part of its text.
    """
    instructions, notes = split_notes(system_prompt)
    text = notes or instructions
    lines = [(int(found.group(1)), found) for found in _EXCERPT_START.finditer(text)]
    last_place = {number: i for i, (number, _) in enumerate(lines)}
    starts: list[tuple[int, re.Match[str]]] = []
    for i, (number, found) in enumerate(lines):
        turn = starts[-1][0] + 1 if starts else 1
        if number == turn or (number > turn and last_place.get(turn, -1) < i):
            starts.append((number, found))
    ends = [*(found.start() for _, found in starts[1:]), len(text)]
    return {number: text[found.end() : end].strip() for (number, found), end in zip(starts, ends, strict=False)}
