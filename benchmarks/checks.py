"""How long `tutorsmith check` takes and how much memory, from a thousand samples to a million.

    python benchmarks/checks.py [--sizes 1000,10000,100000] [--out results.json]

The files are made in a temporary folder from the shipped samples: words and numbers are exchanged and a sentence of
random words is added, so that each sample differs from all others. They say nothing of physics; they are as long and as
built as the shipped ones, which is what the cost depends on. Memory is the proportional set size (pages that several
processes share are counted once) of the command and all its workers, read four times a second.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = [ROOT / "data/training/processed" / name for name in ("style_sft.jsonl", "writing_sft.jsonl")]
BENCHMARKS = [ROOT / "data/training/eval" / name for name in ("style_benchmark.jsonl", "writing_benchmark.jsonl")]
_PROTECTED = re.compile(r"\$[^$]*\$|`[^`]*`|^#{1,6}.*$|\[[^\]]*\]", re.MULTILINE)
_WORD = re.compile(r"(?<![\\\w])[a-z]{6,}(?!\w)")
_NUMBER = re.compile(r"(?<![\w.\\])\d{1,4}(?![\w.]|\s*[.)])")


def varied(rows: list[dict[str, Any]], size: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """`size` samples made from `rows`, no two alike."""
    random_ = random.Random(seed)
    texts = [message["content"] for row in rows for message in row["messages"] if message["role"] != "system"]
    words = sorted({word for text in texts for word in _WORD.findall(_PROTECTED.sub(" ", text))})

    def exchanged(text: str, share: float) -> str:
        def word(found: re.Match[str]) -> str:
            return random_.choice(words) if random_.random() < share else found[0]

        parts, at = [], 0
        for kept in [*_PROTECTED.finditer(text), None]:
            end = kept.start() if kept else len(text)
            part = _NUMBER.sub(lambda _: str(random_.randint(2, 999)), _WORD.sub(word, text[at:end]))
            parts += [part, kept[0] if kept else ""]
            at = kept.end() if kept else at
        return "".join(parts)

    for number in range(size):
        row = rows[number % len(rows)]
        # Words of a refusal are left: without its own it would be another kind of record.
        share = 0.0 if row["refusal_type"] else 0.35
        messages = []
        for message in row["messages"]:
            text = message["content"]
            if message["role"] == "user":
                text = f"{exchanged(text, 0.35)} Think of {' '.join(random_.choices(words, k=8))}."
            elif message["role"] == "assistant":
                text = f"{exchanged(text, share)} Compare {' '.join(random_.choices(words, k=8))}."
            messages.append({**message, "content": text})
        yield {**row, "id": f"{row['id']}-{number}", "messages": messages}


def shipped() -> list[dict[str, Any]]:
    return [json.loads(line) for file in SAMPLES for line in file.read_text(encoding="utf-8").splitlines()]


def write(path: Path, size: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for row in varied(shipped(), size):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def _memory(process: int) -> int:
    """Proportional set size of a process and all below it, in bytes (Linux)."""
    total, waiting = 0, [process]
    while waiting:
        current = waiting.pop()
        try:
            rollup = Path(f"/proc/{current}/smaps_rollup").read_text(encoding="ascii")
            children = Path(f"/proc/{current}/task/{current}/children").read_text(encoding="ascii")
        except OSError:  # it ended meanwhile
            continue
        total += 1024 * int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])
        waiting += map(int, children.split())
    return total


def measured(file: Path) -> dict[str, Any]:
    """One `tutorsmith check FILE --against BENCHMARKS` in a process of its own."""
    command = [sys.executable, "-m", "tutorsmith.cli", "check", str(file), "--format", "json"]
    command += [part for bench in BENCHMARKS for part in ("--against", str(bench))]
    peak = 0
    done = threading.Event()
    started, before = time.monotonic(), os.times()
    with tempfile.TemporaryFile() as out, subprocess.Popen(command, stdout=out) as process:

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.25):
                peak = max(peak, _memory(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        done.set()
        watcher.join()
        out.seek(0)
        counts = json.loads(out.read())["counts"]
    after, seconds = os.times(), time.monotonic() - started
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "samples": counts["records"],
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "samples_per_s": round(counts["records"] / seconds),
        "peak_mib": round(peak / 2**20),
        "exit_code": code,
        "findings": counts["kinds"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000", help="comma-separated")
    parser.add_argument("--out", type=Path, help="JSON file for the rows")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in map(int, given.sizes.split(",")):
            file = write(Path(folder) / f"{size}.jsonl", size)
            rows.append({**measured(file), "cores": os.cpu_count(), "load": os.getloadavg()[0]})
            file.unlink()
            print(json.dumps(rows[-1]), flush=True)
    if given.out:
        given.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
