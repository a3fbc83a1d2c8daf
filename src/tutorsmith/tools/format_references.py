"""Reference entries against GB/T 7714-2015 and APA 7: parts present, in order, in the form of the style."""

import re
from collections.abc import Callable, Iterator, Mapping

from tutorsmith.tools.format_parts import Parts, Problem

_NUMBER = re.compile(r"^[\[［](\d+)[\]］]\s*")
_TYPE = re.compile(r"\[(?P<code>[A-Z]{1,2})(?P<medium>/[A-Z]{2})?\]")
_TYPES = {"J", "M", "D", "C", "S", "P", "R", "N", "G", "Z", "EB", "DB", "CP"}
_DOTTED = re.compile(r"\b[A-Z]\.(?:,|[ -]?[A-Z][.,])")
_DOTTED_SAID = ("initials have full stops", "write LIN A B, not Lin A. B.")
_YEAR = r"(?:19|20)\d\d"
_YEARS = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_VOLUME = re.compile(r"\d+\s*\(\d+(?:[-/]\d+)?\)|(?<=,)\s*\d+\s*(?=:)|(?<=,)\s*\(\d+\)\s*(?=:)")
_GBT_PAGES = re.compile(r"[:：]\s*[A-Z]?\d+(?:[-–][A-Z]?\d+)?")
_PLACE = re.compile(r"\.\s*[^.:：]+[:：]\s*[^:：,，]+[,，]")
_ACCESSED = re.compile(rf"\[{_YEAR}-\d\d-\d\d\]")
_LINK = re.compile(r"https?://\S+|doi\s*:?\s*10\.\S+", re.IGNORECASE)
_APA_YEAR = re.compile(rf"\((?:{_YEAR}[a-z]?|n\.d\.)(?:, [A-Z][a-z]+(?: \d{{1,2}})?)?\)")
_APA_AUTHOR = re.compile(r"^[^\W\d][\w'’ -]*, (?:[A-Z]\.(?:[ -]?[A-Z]\.)*)$")
_APA_VOLUME = re.compile(r"\b\d+(?:\(\d+(?:[-–]\d+)?\))?, (?:e?\d+(?:[-–]\d+)?|Article \w+)")
_AUTHOR_YEAR = re.compile(rf"\([^\W\d_][^()]{{0,80}}?,? {_YEAR}[a-z]?[^()]{{0,30}}\)")
_IN_PARENTHESES = re.compile(rf"\(([^()]*{_YEAR}[^()]*)\)")
_CITED_PART = re.compile(rf"^\s*(?:see |cf\. |e\.g\., )?([A-Z][^,&]*?)(?: et al\.)?(?:,? & [^,]+)?, ({_YEAR}[a-z]?)")
_NARRATIVE = re.compile(rf"\b([A-Z][\w'’-]+)(?: et al\.| and [A-Z][\w'’-]+)? \(({_YEAR}[a-z]?)(?:, pp?\. [\d–-]+)?\)")
_NUMBERS = re.compile(r"[\[［](\d{1,3}(?:\s*[,，–-]\s*\d{1,3})*)[\]］]")


def reference_problems(parts: Parts, style: str) -> Iterator[Problem]:
    """Problems of the list and of the citations in the text. style: a key of STYLES."""
    if not parts.entries:
        told = "the reference list is empty" if parts.has_list else "there is no reference list"
        yield Problem("references", told, "add one under the heading References")
        return
    check, whole = STYLES[style]
    for line, entry in parts.entries:
        number = _NUMBER.match(entry)
        place = f"entry [{number[1]}]" if number else f"line {line}"
        for problem, mend in check(entry):
            yield Problem(place, problem, mend)
    yield from whole(parts)


def gbt_entry(entry: str) -> Iterator[tuple[str, str]]:
    """(problem, mend) of one GB/T 7714 entry: authors. title[type]. source, year, volume(issue): pages."""
    body = _NUMBER.sub("", entry).strip()
    code = _TYPE.search(body)
    if code is None:
        yield "the type code after the title is missing", "add [J] for an article, [M] for a book, [D] for a thesis"
        if _DOTTED.search(body):
            yield _DOTTED_SAID
        return
    if code["code"] not in _TYPES:
        yield f"there is no type code {code[0]}", "use J, M, D, C, S, P, R, N or EB/OL"
        return
    if code["code"] not in ("EB", "DB", "S") or "." in body[: code.start()]:  # those may start with the title
        yield from _gbt_authors(body[: code.start()])
    yield from _gbt_source(code["code"], code["medium"], body[code.end() :])
    if not entry.rstrip().endswith((".", "．", "。")) and not _LINK.search(body):
        yield "the full stop at the end is missing", "end the entry with a full stop"


def _gbt_authors(head: str) -> Iterator[tuple[str, str]]:
    if _DOTTED.search(head):
        yield _DOTTED_SAID
        return
    authors, stop, title = re.sub(r"\bet al\b[.\s]*", "et al. ", head).replace("．", ".").partition(".")
    if not stop or not title.strip():
        yield "authors and title are not both there", "write authors, a full stop, then the title"
        return
    if re.search(r"\s(?:and|&)\s", authors):
        yield "authors are joined by 'and' or '&'", "separate them by commas"
    names = [name.strip() for name in re.split("[,，]", authors) if name.strip()]
    others = names and names[-1] in ("et al", "等")
    if len(names) > 3 and not others:
        yield f"{len(names)} authors are listed", "list three, then et al."
    if others and len(names) != 4:
        yield f"'{names[-1]}' follows {len(names) - 1} authors", "use it after the third of more than three authors"
    first = re.match(r"^[A-Z]{1,2} (?:[A-Z]{1,2} )*[A-Z][A-Za-z]{2,}$", names[0])
    if first:
        yield f"the family name does not come first in {names[0]}", "write LIN A B"


def _gbt_source(code: str, medium: str | None, tail: str) -> Iterator[tuple[str, str]]:
    year = _YEARS.search(tail)
    if not tail.lstrip().startswith((".", "．")):
        yield "no full stop follows the type code", "write Title[J]. Journal"
    if year is None:
        yield "the year is missing", "add it after the journal or the publisher"
    if code in ("EB", "DB") or medium:
        if not _LINK.search(tail):
            yield "the address of the page is missing", "add the URL"
        if code in ("EB", "DB") and not _ACCESSED.search(tail):
            yield "the date of access is missing", "add it in brackets, such as [2024-05-01]"
        return
    if code == "J":
        yield from _gbt_article(tail, year)
    elif code in ("M", "D", "C", "R", "S") and not _PLACE.search(tail):
        whose = "university" if code == "D" else "publisher"
        yield (
            f"place and {whose} are missing or not in the form City: {whose.title()}",
            f"write City: {whose.title()}, year",
        )


def _gbt_article(tail: str, year: "re.Match[str] | None") -> Iterator[tuple[str, str]]:
    volume, pages = _VOLUME.search(tail), _GBT_PAGES.search(tail)
    if volume is None:
        yield "volume and issue are missing", "add them after the year, such as 12(3)"
    if pages is None:
        yield "the pages are missing or not behind a colon", "add them at the end, such as : 45-52"
    if re.search(r"\b(?:vol|no|pp)\.", tail, re.IGNORECASE):
        yield "vol., no. or pp. is not used in this style", "write 12(3): 45-52"
    if year and volume and volume.start() < year.start():
        yield "the volume stands before the year", "write Journal, year, volume(issue): pages"
    if year and not re.search(r"[^\W\d]", tail[: year.start()]):
        yield "the journal is missing", "add its name after the type code"


def apa_entry(entry: str) -> Iterator[tuple[str, str]]:
    """(problem, mend) of one APA 7 entry: Lin, A. B., & Moreau, C. (year). Title. Source, volume(issue), pages. DOI"""
    if _NUMBER.match(entry):
        yield "the entry has a number", "APA lists are alphabetical and have none"
    body = re.sub(r"[*_]", "", _NUMBER.sub("", entry)).strip()
    if _TYPE.search(body):
        yield "a type code such as [J] belongs to GB/T 7714", "take it out"
        body = _TYPE.sub("", body)
    year = _APA_YEAR.search(body)
    if year is None:
        yield "the year in parentheses after the authors is missing", "write (2021). after the last author"
        return
    yield from _apa_authors(body[: year.start()].strip())
    yield from _apa_rest(body[year.end() :])


def _apa_authors(authors: str) -> Iterator[tuple[str, str]]:
    if not authors:
        yield "the authors are missing", "start with family name and initials"
        return
    if re.search(r"\sand\s", authors) and "," in authors:
        yield "authors are joined by 'and'", "write & before the last author"
        authors = re.sub(r",?\s+and\s+", ", & ", authors)
    listed = re.split(r"(?<=\.),\s*(?:&\s*)?|\s*&\s*", authors)
    people = [part.strip(" ,") for part in listed if part.strip(" ,")]
    if "," not in authors:
        return  # an organisation
    if len(people) > 1 and "&" not in authors:
        yield "the & before the last author is missing", "write Lin, A. B., & Moreau, C."
    wrong = next((person for person in people if not _APA_AUTHOR.match(person)), None)
    if wrong is not None and wrong not in ("et al.", "..."):
        yield (
            f"the author {wrong[:40]!r} is not in the form Family, A. B.",
            "write the family name, a comma and initials with full stops",
        )


def _apa_rest(rest: str) -> Iterator[tuple[str, str]]:
    if not rest.startswith("."):
        yield "no full stop follows the year", "write (2021). Title"
    plain = rest.lstrip(". ")
    without_link = _LINK.sub("", plain).strip()
    title, stop, source = without_link.partition(". ")
    if not title.strip(" ."):
        yield "the title is missing", "add it after the year"
        return
    if not (stop and re.search(r"[^\W\d]", source)) and not re.search(r"https?://", plain):
        yield "the journal or publisher is missing", "add it after the title"
    elif stop and re.search(r"\d", source) and not _APA_VOLUME.search(source):
        yield "volume, issue and pages are not in the form 12(3), 45-52", "write Journal, 12(3), 45-52"
    words = re.findall(r"(?<=\s)[A-Za-z][a-z-]{3,}", title)
    if len(words) >= 4 and sum(word[0].isupper() for word in words) >= 0.8 * len(words):
        yield "the title is in title case", "use sentence case: capitals only at the start and in names"
    if re.search(r"\bdoi\s*:", plain, re.IGNORECASE):
        yield "the DOI is not a link", "write https://doi.org/10..."


def _gbt_whole(parts: Parts) -> Iterator[Problem]:
    numbers = [int(found[1]) if (found := _NUMBER.match(entry)) else None for _, entry in parts.entries]
    for place, ((line, _), number) in enumerate(zip(parts.entries, numbers, strict=True), 1):
        if number is None and len(parts.entries) > 1:
            yield Problem(f"line {line}", "the entry has no number", f"number it [{place}]")
        elif number is not None and number != place and None not in numbers and numbers[0] == 1:
            yield Problem(f"entry [{number}]", f"it is number {place} of the list", f"number it [{place}]")
            break
    if found := _AUTHOR_YEAR.search(parts.body):
        yield Problem("text", f"the citation {found[0]} is in author-year style", "cite by number, such as [1]")
    cited = list(dict.fromkeys(n for found in _NUMBERS.finditer(parts.body) for n in _spread(found[1])))
    listed = {number for number in numbers if number is not None}
    if not parts.body.strip() or not listed:
        return
    for number in cited:
        if number not in listed:
            yield Problem(f"[{number}] in the text", "there is no such entry", "add the entry or correct the number")
    for number in sorted(listed - set(cited)):
        yield Problem(f"entry [{number}]", "it is not cited in the text", "cite it or take it out")
    if cited and not listed - set(cited) and cited != sorted(cited):
        yield Problem("text", "citations are not numbered in the order of first appearance", "renumber the list")


def _spread(text: str) -> list[int]:
    out: list[int] = []
    for part in re.split("[,，]", text):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        out += range(ends[0], min(ends[-1], ends[0] + 50) + 1)
    return out


def _apa_whole(parts: Parts) -> Iterator[Problem]:
    listed = [_apa_name(entry) for _, entry in parts.entries]
    names = [name for name, _ in listed]
    for (line, _), one, other in zip(parts.entries[1:], names, names[1:], strict=False):
        if other.casefold() < one.casefold():
            yield Problem(f"line {line}", f"{other} stands after {one}", "sort the list by family name")
            break
    if not parts.body.strip():
        return
    if found := _NUMBERS.search(parts.body):
        yield Problem("text", f"the citation {found[0]} is a number", "cite by author and year, such as (Lin, 2021)")
    cited = _apa_cited(parts.body)
    entries = {(name, year) for name, year in listed if year}
    for name, year in sorted(cited - entries):
        yield Problem(
            f"{name} ({year}) in the text", "there is no such entry", "add the entry or correct name and year"
        )
    for name, year in sorted(entries - cited):
        yield Problem(f"entry {name} ({year})", "it is not cited in the text", "cite it or take it out")


def _apa_name(entry: str) -> tuple[str, str]:
    """(first family name or organisation, year) of an entry; an empty year where none stands in parentheses."""
    body = _NUMBER.sub("", entry).strip()
    year = _APA_YEAR.search(body)
    authors = body[: year.start()] if year else body
    return authors.split(",")[0].strip(" ."), re.split("[,)]", year[0][1:])[0] if year else ""


def _apa_cited(body: str) -> set[tuple[str, str]]:
    """(name, year) of the citations in a text, in parentheses and in the sentence."""
    out = {(found[1], found[2]) for found in _NARRATIVE.finditer(body)}
    for group in _IN_PARENTHESES.findall(body):
        out |= {(found[1].strip(), found[2]) for part in group.split(";") if (found := _CITED_PART.match(part))}
    return out


STYLES: Mapping[str, tuple[Callable[[str], Iterator[tuple[str, str]]], Callable[[Parts], Iterator[Problem]]]] = {
    "gbt7714": (gbt_entry, _gbt_whole),
    "apa7": (apa_entry, _apa_whole),
}
