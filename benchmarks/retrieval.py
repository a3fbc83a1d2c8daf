"""How much of what an answer needs do the excerpts hold, are labelled sections found, and how long does a search take?

    python benchmarks/retrieval.py [--dense MODEL] [--sizes 204,10000,100000] [--output FILE]

answers   worked answers of the training samples (never a benchmark): of their formulas and statements that the whole
          notes hold, the share that stands in the excerpts within a budget of words; see answer_recall.py
labelled  tests/cases/retrieval.json: the share of questions with a right section among the first k
growth    chunks made from the shipped notes, words renamed copy by copy: seconds to build and to look for
          contradictions, milliseconds a search, all of one core's time, so that other work does not count; GiB at the
          peak; each size in a process of its own
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from answer_recall import DATA, FILES, Need, Notes, needs, recall

from tutorsmith.core.artifacts import cache_folder, write_json
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.ground import pack
from tutorsmith.retrieval.index import Index, build_index, open_index
from tutorsmith.retrieval.search import search

CASES = Path(__file__).parents[1] / "tests/cases/retrieval.json"
BUDGETS = ((2, 220), (3, 330), (5, 500))
"""Most excerpts, most words."""
DEPTHS = (1, 2, 3, 5)
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{5,}")
_Open = Callable[[Sequence[str]], Index]


def folder(name: str) -> Path:
    """ "em" or "zh/em" -> the course's notes."""
    language, _, course = name.rpartition("/")
    return DATA / language / "knowledge" / course


def answers(open_notes: _Open) -> Iterator[dict[str, Any]]:
    for row in FILES:
        index = open_notes(FILES[row][0].split("+"))
        notes, asked = Notes(chunk.text for chunk in index.chunks), list(needs(row))
        for k, words in BUDGETS:
            found = [(need, excerpts(index, need, k, words)) for need in asked]
            shares = {name: "-" if share is None else round(share, 3) for name, share in recall(notes, found).items()}
            yield {"row": row, "samples": len(asked), "excerpts": k, "at most": words, **shares}


def excerpts(index: Index, need: Need, k: int, words: int) -> list[str]:
    return [hit.text for hit in pack(search(index, need.question, k), words)]


def labelled(open_notes: _Open) -> Iterator[dict[str, Any]]:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    groups = {"reworded": cases["reworded"], "practice": cases["practice"]}
    groups |= {
        f"practice: {kind}": [case for case in cases["practice"] if case["kind"] == kind]
        for kind in dict.fromkeys(case["kind"] for case in cases["practice"])
    }
    groups["practice: Chinese"] = [case for case in cases["practice"] if case["notes"].startswith("zh/")]
    for name, group in groups.items():
        ranks = [_rank(open_notes([case["notes"]]), case) for case in group]
        yield {"questions": name, "n": len(group)} | {
            f"@{k}": round(sum(rank <= k for rank in ranks) / len(ranks), 3) for k in DEPTHS
        }


def _rank(index: Index, case: dict[str, Any]) -> int:
    hits = search(index, case["question"], max(DEPTHS))
    right = [rank for rank, hit in enumerate(hits, start=1) if hit.heading in case["headings"]]
    return right[0] if right else max(DEPTHS) + 1


def renamed(chunks: Sequence[Chunk], count: int) -> list[Chunk]:
    """`count` chunks: the notes over and over, about a third of their longer words renamed in each copy, so that the
    vocabulary grows as it does in a library of courses."""
    out: list[Chunk] = []
    copy = 0
    while len(out) < count:
        name = "".join(chr(97 + copy // 26**i % 26) for i in range(3))

        def other(found: re.Match[str], copy: int = copy, name: str = name) -> str:
            return found[0] if (sum(map(ord, found[0])) * (copy + 1)) % 3 else f"{found[0]}{name}"

        for chunk in chunks:
            text, heading = (
                (chunk.text, chunk.heading) if not copy else (_WORD.sub(other, t) for t in (chunk.text, chunk.heading))
            )
            out.append(replace(chunk, source=f"{copy:04d}/{chunk.source}", text=text, heading=heading))
        copy += 1
    return out[:count]


def grown(size: int) -> dict[str, Any]:
    """One size, in this process."""
    from tutorsmith.retrieval.contradictions import contradictions

    chunks = renamed(open_index([folder("em")]).chunks, size)
    started = time.process_time()
    index = build_index(chunks)
    built = time.process_time()
    remarks = contradictions(chunks)
    compared = time.process_time()
    questions = [need.question for need in needs("style")]
    search(index, questions[0], 3)
    taken = []
    for question in questions:
        begun = time.process_time()
        search(index, question, 3)
        taken.append(1000 * (time.process_time() - begun))
    return {
        "chunks": len(index.chunks),
        "words": len(index.bm25.terms),
        "build_seconds": round(built - started, 2),
        "contradictions_seconds": round(compared - built, 2),
        "remarks": len(remarks),
        "median_ms": round(median(taken), 2),
        "p95_ms": round(quantiles(taken, n=20)[-1], 2),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }


def _growth(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    for size in sizes:
        command = [sys.executable, __file__, "--one-size", str(size)]
        yield json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _shown(rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = []
    for row in rows:
        if not kept:
            sys.stdout.write(f"\n| {' | '.join(row)} |\n|{'---|' * len(row)}\n")
        sys.stdout.write(f"| {' | '.join(str(value) for value in row.values())} |\n")
        sys.stdout.flush()
        kept.append(row)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dense", default="", help="a sentence-transformers model")
    parser.add_argument("--sizes", default="204,10000,100000", help="chunks; empty: none")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--one-size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_size:
        sys.stdout.write(json.dumps(grown(options.one_size)))
        return

    @lru_cache
    def opened(names: tuple[str, ...]) -> Index:
        cache = cache_folder() / "notes" if options.dense else None
        return open_index([folder(name) for name in names], cache, options.dense)

    def open_notes(names: Sequence[str]) -> Index:
        return opened(tuple(names))

    sizes = [int(size) for size in options.sizes.split(",") if size]
    parts = {"answers": answers(open_notes), "labelled": labelled(open_notes), "growth": _growth(sizes)}
    measured = {name: _shown(rows) for name, rows in parts.items()}
    if options.output:
        write_json(options.output, {"dense": options.dense, **measured})


if __name__ == "__main__":
    main()
