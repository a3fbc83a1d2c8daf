"""validate_format: a text, or its list of headings, against the rules of a thesis. It finds form, never content."""

from collections.abc import Mapping, Sequence
from typing import Any

from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.format_figures import figure_problems
from tutorsmith.tools.format_parts import Problem, count_words, parts_of_headings, parts_of_text
from tutorsmith.tools.format_references import reference_problems
from tutorsmith.tools.format_structure import chapter_problems, numbering_problems

MOST_SHOWN = 12


def validate_format(
    rules: Mapping[str, Any], text: str | None = None, structure: Sequence[str] | None = None
) -> dict[str, Any]:
    """{"ok", "problems": [{"place", "problem", "mend"}], "counts"}.

    Raises: ToolFailure for rules that cannot be applied.
    """
    if not rules:
        raise ToolFailure("rules is empty", "give at least one rule: chapters, min_words, citation_style, figures")
    if (text is None) == (structure is None):
        told = "neither text nor structure is given" if text is None else "text and structure are both given"
        raise ToolFailure(told, "give the text, or the list of its headings")
    if structure is not None and (beyond := sorted(rules.keys() - {"chapters"})):
        raise ToolFailure(f"{beyond[0]} cannot be checked on headings alone", "give the text")
    if rules.get("min_words", 0) > rules.get("max_words", float("inf")):
        raise ToolFailure("min_words is above max_words", "exchange the two")
    chapters = rules.get("chapters") or ()
    parts = parts_of_headings(structure) if structure is not None else parts_of_text(text or "", chapters)
    problems: list[Problem] = []
    if chapters:
        problems += [*chapter_problems(parts, chapters), *numbering_problems(parts)]
    counts = {} if text is None else dict([count_words(text)])
    problems += _length_problems(counts, rules)
    if rules.get("citation_style"):
        problems += reference_problems(parts, rules["citation_style"])
    if rules.get("figures"):
        problems += figure_problems(parts)
    out: dict[str, Any] = {"ok": not problems, "problems": [problem.as_dict() for problem in problems[:MOST_SHOWN]]}
    if len(problems) > MOST_SHOWN:
        out["more_problems"] = len(problems) - MOST_SHOWN
    return {**out, "counts": counts} if counts else out


def _length_problems(counts: Mapping[str, int], rules: Mapping[str, Any]) -> list[Problem]:
    out: list[Problem] = []
    for unit, count in counts.items():
        low, high = rules.get("min_words", 0), rules.get("max_words", float("inf"))
        if count < low:
            out.append(Problem("text", f"{count} {unit}, {low - count} fewer than {low}", "add what is missing"))
        elif count > high:
            out.append(Problem("text", f"{count} {unit}, {count - high} more than {high}", "shorten it"))
    return out
