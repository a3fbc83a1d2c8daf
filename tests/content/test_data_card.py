"""The data card counts what is there, and names every file."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "training"
ROW = re.compile(r"^\| `([\w/]+\.jsonl)` \| (\d+) \| (\d+) \| (\d+) \|", re.MULTILINE)


def test_the_card_tells_the_counts_of_every_file() -> None:
    told = {name: tuple(map(int, numbers)) for name, *numbers in ROW.findall((ROOT / "docs/data-card.md").read_text())}
    counted = {}
    for folder in ("processed", "eval", "zh/processed", "zh/eval"):
        for file in sorted((DATA / folder).glob("*.jsonl")):
            rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            refused = sum(row.get("refusal_type") is not None for row in rows)
            pairs = {frozenset((row["id"], row["meta"]["pair"])) for row in rows if "pair" in row["meta"]}
            counted[f"{folder}/{file.name}"] = (len(rows), refused, len(pairs))
    assert told == counted
