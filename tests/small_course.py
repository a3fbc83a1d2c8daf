"""A course of two tasks that a tiny random model trains on within a second: 8 + 3 samples, 4 + 2 items, notes."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core.cache import LOCKS, SEAL, TRIMMED

SYSTEM = (
    "You are a teaching assistant for a university electromagnetics course. Use exactly these sections:\n"
    "### Conclusion\n### Derivation\n### Check (units / boundary conditions / limiting cases)"
)
POLISH = (
    "You are an academic writing tutor. Use exactly these sections:\n### Diagnosis\n### Suggestions\n### Conventions"
)
# question, conclusion, derivation, check
STYLE = (
    ("What field surrounds a long straight wire with a current?", "$H = I/(2\\pi r)$, in circles around the wire.",
     "A circle of radius $r$ encloses the whole current.", "A/m; it falls to zero far away."),
    ("Why is the field inside a conductor at rest zero?", "$E = 0$, since free charges would move otherwise.",
     "Charges drift to the surface until no force is left.", "V/m; holds for any shape."),
    ("How large is the capacitance of two parallel plates?", "$C = \\epsilon A/d$.",
     "The charge is $\\epsilon E A$ and the voltage $E d$.", "F; it grows without limit for small $d$."),
    ("What does the skin depth of a metal tell me?", "The depth at which the field has fallen to $1/e$.",
     "The diffusion equation has decaying waves.", "m; it shrinks with the square root of frequency."),
    ("Which boundary condition holds for the normal part of D?", "It jumps by the surface charge.",
     "A flat box around the surface encloses only that charge.", "C/m^2; without charge it is continuous."),
    ("How fast does a plane wave travel in glass?", "At $c/n$, with the refractive index $n$.",
     "The wave equation holds $1/\\sqrt{\\mu\\epsilon}$.", "m/s; for $n = 1$ it is $c$."),
    ("What is the radiation resistance of a short dipole good for?", "It tells the radiated power for a given current.",
     "Power is half of resistance times current squared.", "Ohm; it vanishes for a dipole of no length."),
    ("When may I treat a line as lumped?", "When it is much shorter than a wavelength.",
     "The phase along it is then nearly constant.", "No unit; at low frequency any circuit is lumped."),
)  # fmt: skip
WRITING = (
    ("Is this sentence fine: We did measured the noise?", "Two past tenses in one verb.", "Write: we measured.",
     "Methods stand in the past tense."),
    ("My caption only says Result. Enough?", "The reader learns nothing from it.", "Name quantity, condition, source.",
     "A caption stands alone."),
    ("May I write the value 5.0mm like this?", "The unit sticks to the number.", "Write 5.0 mm.",
     "A space stands between number and unit."),
)  # fmt: skip
STYLE_ITEMS = (
    ("State the energy density of an electric field.", ["energy density", {"formula": "w = eps*E^2/2"}]),
    ("How is the inductance of a toroid found?", ["flux linkage"]),
    ("Explain why a transformer core is laminated.", ["eddy currents"]),
)
WRITING_ITEMS = (("Shorten: due to the fact that.", ["because"]), ("Fix: datas was analysed.", ["data were"]))
NOTES = {
    "wire.md": "# Currents\n\n## Straight wire\n\nThe field of a wire circles it and falls with distance.\n",
    "energy.md": "# Energy\n\n## Field energy\n\nThe energy density of an electric field is half eps E squared.\n",
}
SETTINGS = "num_train_epochs = 2\nlearning_rate = 1e-2\nmax_new_tokens = 8\nmax_length = 4096\nnotes_words = 60\n"


def record(name: str, system: str, question: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    return {"id": name, "mode": "tutor" if system == SYSTEM else "polish", "messages": messages, **more}


def sample(name: str, row: Sequence[str], system: str = SYSTEM) -> dict[str, Any]:
    heads = [line for line in system.splitlines() if line.startswith("###")]
    answer = "\n\n".join(f"{head}\n{text}" for head, text in zip(heads, row[1:], strict=True))
    made = record(name, system, row[0], refusal_type=None, meta={"language": "en"})
    made["messages"].append({"role": "assistant", "content": answer})
    return made


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def samples() -> list[dict[str, Any]]:
    return [sample(f"s{k}", row) for k, row in enumerate(STYLE)]


def make_course(root: Path, model: Path, settings: str = SETTINGS) -> Path:
    """Stages "style" (with notes) and "both" (two tasks, no notes) in `root`; returns the project file."""
    write_rows(root / "style.jsonl", samples())
    write_rows(root / "writing.jsonl", [sample(f"w{k}", row, POLISH) for k, row in enumerate(WRITING)])
    refusal = record("b-refuse", SYSTEM, "Is my pacemaker safe near a hob?", refusal_type="out_of_scope", meta={})
    items = [
        record(f"b{k}", SYSTEM, question, key_points=points, refusal_type=None, meta={"chapter": "ch01"})
        for k, (question, points) in enumerate(STYLE_ITEMS)
    ]
    write_rows(root / "style_bench.jsonl", [*items, refusal])
    polish = [
        record(f"p{k}", POLISH, question, key_points=points, refusal_type=None, meta={})
        for k, (question, points) in enumerate(WRITING_ITEMS)
    ]
    write_rows(root / "writing_bench.jsonl", polish)
    (root / "notes").mkdir()
    for name, text in NOTES.items():
        (root / "notes" / name).write_text(text, encoding="utf-8")
    file = root / "tutorsmith.toml"
    file.write_text(
        f'[settings]\nmodel_name_or_path = "{model}"\n{settings}'
        '[stages.style]\ntrain = ["style.jsonl"]\neval = ["style_bench.jsonl"]\nnotes = ["notes"]\noutput = "style"\n'
        "[stages.style.settings]\nlora_r = 4\n"
        '[stages.both]\ntrain = ["style.jsonl", "writing.jsonl"]\n'
        'eval = ["style_bench.jsonl", "writing_bench.jsonl"]\n',
        encoding="utf-8",
    )
    return file


def command(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`tutorsmith WORDS...` in a process of its own, in the folder `root`."""
    return subprocess.run(
        [sys.executable, "-m", "tutorsmith.cli", *words],
        cwd=root,
        env={**os.environ, "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by relative path; training.log is left out, it grows by design."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "training.log")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def leftovers(folder: Path) -> list[str]:
    """Temporary files: whatever a broken-off write could have left. The cache's own marks are none."""
    marks = {SEAL, LOCKS, TRIMMED}
    found = (p for p in folder.rglob("*") if p.name.startswith(".") or p.suffix in (".tmp", ".part"))
    return [str(p) for p in found if not marks & {p.name, p.parent.name}]
