"""The pictures of docs/guide/expand.md: the real review program on drafts of the recorded endpoint of the tests.

    python docs/build_review.py

Writes docs/images/review-draft.svg, review-rejected.svg and review-status.svg.
"""

import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tutorsmith import cli
from tutorsmith.commands.review import Sitting
from tutorsmith.expand.decide import Desk
from tutorsmith.expand.queue import open_queue
from tutorsmith.expand.screen import status_table
from tutorsmith.expand.setting import read_setting
from tutorsmith.project import load_project

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH = 112


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "expand"))
    from expand_servers import recorded

    with tempfile.TemporaryDirectory() as folder, recorded() as server:
        course = Path(folder) / "course"
        shutil.copytree(ROOT / "src/tutorsmith/starter", course)
        os.chdir(course)
        os.environ["TUTORSMITH_CACHE"] = f"{folder}/cache"
        words = ["expand", "style", "--count", "10", "--endpoint", server.url, "--model", "recorded", "--parallel", "1"]
        cli.app(args=words, standalone_mode=False)
        queue = open_queue(course / "outputs/expand/style_sample.en.jsonl")
        setting = read_setting(load_project(course / "tutorsmith.toml").stage("style"), "sample", "en")
        desk = Desk(queue, setting, "AB")
        _sit(desk, "q\n", "review-draft.svg")
        _sit(desk, "s\na\nq\n", "review-rejected.svg", rejected=True, skip=1)
        for entry in [entry for entry in queue.entries.values() if entry.waits][:2]:
            desk.accept(entry)
        desk.reject(next(entry for entry in queue.entries.values() if entry.waits), "asks for two things at once")
        console = _console()
        console.print(status_table(queue))
        _save(console, "review-status.svg", "tutorsmith review style_sample.en.jsonl --status")
        os.chdir(ROOT)


def _sit(desk: Desk, keys: str, name: str, *, rejected: bool = False, skip: int = 0) -> None:
    """One sitting with these keys; its first `skip` screens are left out of the picture."""
    console = _console()
    sys.stdin = io.StringIO(keys)
    sitting = Sitting(desk, console, rejected=rejected)
    key = sitting._key
    shown = 0

    def counted() -> tuple[str, str]:
        nonlocal shown
        shown += 1
        if shown == skip:
            console.export_text(clear=True)
        return key()

    sitting._key = counted  # type: ignore[method-assign]
    sitting.run()
    flags = " --rejected" if rejected else ""
    _save(console, name, f"tutorsmith review style_sample.en.jsonl{flags} --reviewer AB")


def _console() -> Console:
    return Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")


def _save(console: Console, name: str, title: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    # Rich's pictures fetch their font from elsewhere; the reader's own will do.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title=title), flags=re.DOTALL)
    (IMAGES / name).write_text(picture, encoding="utf-8")
    print(IMAGES / name)


if __name__ == "__main__":
    main()
