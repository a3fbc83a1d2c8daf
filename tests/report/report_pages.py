"""Reads written reports as a reader sees them."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

from tutorsmith.report import write_report
from tutorsmith.report.html import page_script

EXTRAS = ("manifest.json", "trainer_state.json", "training_config.json", "seconds.json", "check.json")
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects tags with attributes and checks that every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


def visible(text: str) -> str:
    """The text of a page without tags, style, script and formulas."""
    shown = re.sub(r"(?s)<(style|script|math)\b[^>]*>.*?</\1>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def without_script(page: str) -> str:
    """The page with its own script cut out: everything else in it comes from templates and data."""
    assert page.count(page_script()) == 1
    return page.replace(page_script(), "")


def written(folder: Path, stage: str = "style", language: str = "en") -> tuple[str, str]:
    files = write_report(folder, stage, language=language)
    return files.markdown.read_text(encoding="utf-8"), files.html.read_text(encoding="utf-8")
