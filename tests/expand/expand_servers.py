"""Stand-ins for endpoints that write drafts: one with recorded replies, one over the local engine."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "evaluation"))

from judge_server import Entry, JudgeServer

RECORDED = Path(__file__).parent / "recorded"


class Recorded:
    """Replies of a file, by the heading of the excerpt that is to be written about; each in turn, the last one again.

    A line is {"heading": ..., "kind": ..., "replies": [...]}; a reply is text, or an object that is sent as JSON.
    """

    def __init__(self, file: Path) -> None:
        self.rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        self.given: dict[str, int] = {}

    def __call__(self, body: dict[str, Any]) -> Entry:
        asked = next(
            m["content"]
            for m in reversed(body["messages"])
            if re.search(r"excerpt \[\d\]\.$|\[\d\] 来写。$", m["content"])
        )
        number = re.findall(r"\[(\d)\]", asked)[-1]
        heading = re.search(rf"^\[{number}\] (.*)$", asked, re.MULTILINE)
        assert heading is not None
        row = next((row for row in self.rows if row["heading"] == heading[1]), None)
        if row is None:
            return 400
        turn = self.given.get(row["heading"], 0)
        self.given[row["heading"]] = turn + 1
        reply = row["replies"][min(turn, len(row["replies"]) - 1)]
        return reply if isinstance(reply, str | int) else json.dumps(reply, ensure_ascii=False)


def recorded(name: str = "style.jsonl") -> JudgeServer:
    return JudgeServer(answer=Recorded(RECORDED / name))


def model_server(write: Callable[[list[dict[str, str]], int, int], str]) -> JudgeServer:
    """An endpoint over a function (messages, seed, max_tokens) -> text, such as the local engine's."""
    return JudgeServer(answer=lambda body: write(body["messages"], body.get("seed", 0), body.get("max_tokens", 256)))
