import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutorsmith.data.convert import Converted, ConvertOptions, Source, convert_files


class Workshop:
    """A folder in which files are written and converted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: Any) -> Path:
        """Text and bytes as they are; a list as an array in .json and as lines in .jsonl."""
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif name.endswith(".jsonl"):
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content), encoding="utf-8")
        else:
            path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        return path

    def convert(self, *inputs: Path, to: str = "tutorsmith", out: str = "out.jsonl", **flags: Any) -> Converted:
        own = {name: flags.pop(name) for name in ("form", "skip_bad", "keep") if name in flags}
        return convert_files(inputs, ConvertOptions(to, self.folder / out, source=Source(Path(), **flags), **own))

    def rows(self, name: str = "out.jsonl") -> list[dict[str, Any]]:
        text = (self.folder / name).read_text(encoding="utf-8")
        rows: list[dict[str, Any]] = (
            json.loads(text) if text.startswith("[") else list(map(json.loads, text.split("\n")[:-1]))
        )
        return rows

    def read(self, name: str, content: Any, **flags: Any) -> list[dict[str, Any]]:
        """What a file becomes in our form."""
        result = self.convert(self.write(name, content), **flags)
        assert result.bad == ()
        return self.rows()

    def why(self, name: str, content: Any, **flags: Any) -> str:
        """Why the only row of a file is bad."""
        result = self.convert(self.write(name, content), **flags)
        assert result.out is None
        assert len(result.bad) == 1
        assert result.bad[0].mend
        return result.bad[0].why


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def said() -> Callable[[dict[str, Any]], list[tuple[str, Any]]]:
    return lambda record: [(message["role"], message["content"]) for message in record["messages"]]
