"""Seconds from the command to the first training step, cold (an empty cache) and warm.

    python benchmarks/startup.py --stage style --repeat 5 --output benchmarks/results/startup.json

Every run is `tutorsmith train STAGE` in a process of its own, killed when its first step begins. The best of the
repeats counts: other programs only make a run slower. `cpu` is the time that the process had a core.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tutorsmith.core.artifacts import write_json

SAYS = re.compile(r"first step ([\d.]+) s after")


def measure(stage: str, cache: Path, folder: Path, flags: Sequence[str] = ()) -> dict[str, float]:
    """One run until its first step. Raises: RuntimeError with the run's words when it ends before."""
    command = [sys.executable, "-m", "tutorsmith.cli", "train", stage, "--fresh", "--output-dir", str(folder), *flags]
    started = time.perf_counter()
    said = []
    environment = {**os.environ, "TUTORSMITH_CACHE": str(cache), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if found := SAYS.search(line):
                seconds = time.perf_counter() - started
                ticks = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
                process.kill()
                cpu = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
                return {"seconds": round(seconds, 2), "told": float(found[1]), "cpu": round(cpu, 2)}
    raise RuntimeError("the run ended before its first step:\n" + "".join(said[-20:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", default="style")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--output", type=Path, default=None)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache, out = Path(scratch) / "cache", Path(scratch) / "out"
        cold = measure(given.stage, cache, out)
        warm = [measure(given.stage, cache, out) for _ in range(given.repeat)]
    best = min(warm, key=lambda row: row["seconds"])
    made = {"stage": given.stage, "load": os.getloadavg()[0], "cold": cold, "warm": best, "warm_all": warm}
    print(json.dumps(made, indent=2))
    if given.output:
        write_json(given.output, made)


if __name__ == "__main__":
    main()
