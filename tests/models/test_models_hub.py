"""Fetching through the hubs' real clients from a stand-in server: what each failure says, and that the cache serves.

Each call runs in a process of its own, since the clients read their environment when they are imported.
"""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hub_server import EXTRA, OWNER, WEIGHTS, HubServer

# The clients wait between their tries; nobody needs to wait here.
PROGRAM = """
import json, sys, time
time.sleep = lambda seconds: None
from tutorsmith.core.errors import TutorsmithError
from tutorsmith.models.resolve import resolve_model
try:
    found = resolve_model(sys.argv[1])
    out = {"path": str(found.path), "origin": found.origin, "files": sorted(p.name for p in found.path.iterdir())}
except TutorsmithError as error:
    out = {"error": type(error).__name__, "code": error.exit_code, "what": error.what, "where": error.where,
           "mend": error.mend}
print(json.dumps(out))
"""
HUBS = [
    pytest.param("huggingface"),
    pytest.param(
        "modelscope",
        marks=pytest.mark.skipif(
            importlib.util.find_spec("modelscope_hub") is None, reason="the modelscope extra is not installed"
        ),
    ),
]


@dataclass
class Machine:
    """A user's machine with its own caches. `hub` is the hub that its user prefers."""

    home: Path
    endpoint: str
    hub: str = "huggingface"

    def resolve(self, name: str, **environment: str) -> dict[str, Any]:
        """What resolving a model gives there: its path and origin, or its error's parts."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "MODELSCOPE_"))}
        own = {
            "HOME": str(self.home),
            "HF_HOME": str(self.home / "hf"),
            "HF_ENDPOINT": self.endpoint,
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "MODELSCOPE_ENDPOINT": self.endpoint,
            "MODELSCOPE_CACHE": str(self.home / "modelscope"),
            "MODELSCOPE_HOME": str(self.home / "modelscope-home"),
            "MODELSCOPE_DOWNLOAD_MAX_RETRIES": "0",
            "MODELSCOPE_REPO_TREE_PAGE_MAX_ATTEMPTS": "1",
            "USE_MODELSCOPE": "1" if self.hub == "modelscope" else "0",
            "NO_PROXY": "127.0.0.1",
        }
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, name],
            env=clean | own | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        out: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return out


@pytest.fixture
def server(model_folders: dict[str, Path]) -> Iterator[HubServer]:
    with HubServer(model_folders["qwen2"]) as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path, server: HubServer) -> Machine:
    return Machine(tmp_path, server.url)


@pytest.fixture
def nowhere() -> str:
    """An address that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize("hub", HUBS)
def test_a_model_is_fetched_once_and_then_comes_from_the_cache(
    machine: Machine, server: HubServer, model_folders: dict[str, Path], nowhere: str, hub: str
) -> None:
    machine.hub = hub
    first = machine.resolve(f"{OWNER}/tiny")
    assert first["origin"] == {"huggingface": "Hugging Face Hub", "modelscope": "ModelScope"}[hub]
    for file in model_folders["qwen2"].iterdir():
        assert (Path(first["path"]) / file.name).read_bytes() == file.read_bytes()
    assert not {Path(name).parts[0] for name in EXTRA} & set(first["files"])
    server.seen.clear()
    machine.endpoint = nowhere
    assert machine.resolve(f"{OWNER}/tiny", HF_HUB_OFFLINE="1") == first
    assert machine.resolve(f"{OWNER}/tiny") == first
    assert server.seen == []


@pytest.mark.parametrize("hub", HUBS)
@pytest.mark.parametrize("name", ["gated", "gated-listing"])
def test_a_gated_model_says_so_and_opens_with_its_token(machine: Machine, hub: str, name: str) -> None:
    machine.hub = hub
    out = machine.resolve(f"{OWNER}/{name}")
    assert (out["error"], out["code"]) == ("ModelError", 4)
    assert "gated" in out["what"]
    assert out["where"].endswith(f": {OWNER}/{name}")
    assert "licence" in out["mend"]
    assert {"huggingface": "HF_TOKEN", "modelscope": "MODELSCOPE_API_TOKEN"}[hub] in out["mend"]
    assert "path" in machine.resolve(f"{OWNER}/{name}", HF_TOKEN="good", MODELSCOPE_API_TOKEN="good")


@pytest.mark.parametrize("hub", HUBS)
def test_an_unknown_model_says_so(machine: Machine, hub: str) -> None:
    machine.hub = hub
    out = machine.resolve(f"{OWNER}/no-such-model")
    assert out["error"] == "ModelError"
    assert out["what"].startswith("no such model")
    assert "check the id" in out["mend"]


@pytest.mark.parametrize("hub", HUBS)
def test_a_wrong_token_says_so(machine: Machine, hub: str) -> None:
    machine.hub = hub
    out = machine.resolve(f"{OWNER}/tiny", HF_TOKEN="wrong", MODELSCOPE_API_TOKEN="wrong")
    assert (out["error"], out["what"]) == ("ModelError", "the token was refused")
    assert "valid token" in out["mend"]
    assert "path" in machine.resolve(f"{OWNER}/tiny")


def test_a_token_without_rights_says_so(machine: Machine) -> None:
    out = machine.resolve(f"{OWNER}/forbidden", HF_TOKEN="good")
    assert (out["error"], out["what"]) == ("ModelError", "the token may not read this model")


@pytest.mark.parametrize("hub", HUBS)
def test_a_hub_that_is_down_says_so(machine: Machine, nowhere: str, hub: str) -> None:
    machine.hub, machine.endpoint = hub, nowhere
    out = machine.resolve(f"{OWNER}/tiny")
    assert (out["error"], out["code"]) == ("NetworkError", 4)
    assert "cannot be reached" in out["what"]
    assert "check the network" in out["mend"] and "smollm2-135m" in out["mend"]
    assert {"huggingface": "HF_ENDPOINT", "modelscope": "MODELSCOPE_ENDPOINT"}[hub] in out["mend"]


@pytest.mark.parametrize("hub", HUBS)
def test_a_hub_that_fails_says_so(machine: Machine, hub: str) -> None:
    machine.hub = hub
    out = machine.resolve(f"{OWNER}/broken")
    assert out["error"] == "NetworkError"
    assert "answered with an error" in out["what"] and "500" in out["what"]
    assert "try again later" in out["mend"]


def test_offline_mode_is_named_and_not_mistaken_for_a_bad_network(machine: Machine, server: HubServer) -> None:
    out = machine.resolve(f"{OWNER}/tiny", HF_HUB_OFFLINE="1")
    assert out["error"] == "NetworkError"
    assert out["what"].startswith("HF_HUB_OFFLINE is set")
    assert "unset HF_HUB_OFFLINE" in out["mend"]
    assert server.seen == []


@pytest.mark.parametrize("hub", HUBS)
def test_a_cut_download_says_so_and_the_next_call_finishes_it(
    machine: Machine, server: HubServer, model_folders: dict[str, Path], nowhere: str, hub: str
) -> None:
    machine.hub = hub
    out = machine.resolve(f"{OWNER}/cut")
    assert out["error"] == "NetworkError"
    assert "cut short" in out["what"]
    assert "again" in out["mend"]

    # The part that is there is never taken for the model, online or offline.
    healthy, machine.endpoint = machine.endpoint, nowhere
    assert machine.resolve(f"{OWNER}/cut", HF_HUB_OFFLINE="1")["error"] == "NetworkError"
    assert machine.resolve(f"{OWNER}/cut")["error"] == "NetworkError"

    machine.endpoint = healthy
    server.healed = True
    server.seen.clear()
    found = machine.resolve(f"{OWNER}/cut")
    whole = (model_folders["qwen2"] / WEIGHTS).read_bytes()
    assert (Path(found["path"]) / WEIGHTS).read_bytes() == whole
    files = [line for line in server.seen if line.startswith("GET") and WEIGHTS in line]
    assert len(files) == 1
    assert not [line for line in server.seen if line.startswith("GET") and "tokenizer.json" in line]


@pytest.mark.parametrize("hub", HUBS)
def test_a_name_that_is_no_id_says_so(machine: Machine, hub: str) -> None:
    machine.hub = hub
    out = machine.resolve("course/ti ny?")
    assert out["error"] == "ModelError"
    assert "not a model id" in out["what"] or "no such model" in out["what"]


def test_a_cache_that_cannot_be_written_is_a_resource_error(machine: Machine) -> None:
    (machine.home / "file").write_text("", encoding="utf-8")
    out = machine.resolve(f"{OWNER}/tiny", HF_HOME=str(machine.home / "file" / "hf"))
    assert (out["error"], out["code"]) == ("ResourceError", 5)


@pytest.mark.parametrize("hub", HUBS[1:])
def test_a_catalogue_model_in_the_other_hubs_cache_is_used(
    machine: Machine, server: HubServer, model_folders: dict[str, Path], hub: str
) -> None:
    machine.hub = hub
    held = machine.home / "modelscope" / "models" / "Qwen--Qwen3-0.6B" / "snapshots" / "master"
    held.mkdir(parents=True)
    for file in model_folders["qwen3"].iterdir():
        (held / file.name).write_bytes(file.read_bytes())
    for machine.hub in ("modelscope", "huggingface"):
        out = machine.resolve("qwen3-0.6b")
        assert (out["origin"], Path(out["path"])) == ("ModelScope", held)
    assert server.seen == []
