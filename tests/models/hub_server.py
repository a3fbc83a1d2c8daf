"""A stand-in for both model hubs on this machine: the little of their HTTP interfaces that fetching a model needs.

Repositories by name: `tiny` is public; `gated` shows its listing and refuses its files; `gated-listing` refuses all;
`forbidden` refuses without saying why; `cut` breaks off its weights in mid-transfer until `server.healed`; `broken`
answers 500; anything else does not exist. The token `wrong` is refused everywhere, `good` opens the gated ones.
"""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

OWNER = "course"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = "model.safetensors"
EXTRA = {"README.md": b"# words\n", "onnx/model.safetensors": b"another framework's", "pytorch_model.bin": b"a copy"}


class HubServer(ThreadingHTTPServer):
    """Serves one model folder under several names. `seen` keeps "METHOD path" of each request."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {p.name: p.read_bytes() for p in sorted(folder.iterdir())} | EXTRA
        self.seen: list[str] = []
        self.healed = False
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "HubServer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        url = urlsplit(self.path)
        parts = [part for part in url.path.split("/") if part]
        if parts[:2] == ["api", "v1"]:
            self._modelscope(parts[2:], {key: values[0] for key, values in parse_qs(url.query).items()})
        else:
            self._huggingface(parts)

    do_HEAD = do_GET

    def _huggingface(self, parts: list[str]) -> None:
        api = parts[:2] == ["api", "models"]
        owner, name, *rest = (parts[2:] if api else parts) + ["", ""]
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        gated = name == "gated-listing" or (name == "gated" and not api)
        if token == "wrong":
            self._json(401, {}, {"X-Error-Message": "Invalid credentials in Authorization header"})
        elif owner != OWNER or name not in ("tiny", "gated", "gated-listing", "forbidden", "cut", "broken"):
            self._json(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        elif name == "broken":
            self._json(500, {"error": "Internal Error"})
        elif name == "forbidden":
            self._json(403, {"error": "Forbidden"})
        elif gated and token != "good":
            self._json(403, {"error": "Access is restricted"}, {"X-Error-Code": "GatedRepo"})
        elif not api:
            self._file(name, "/".join(part for part in rest[2:] if part))
        elif rest[0] == "tree":
            self._json(200, [_entry(path, data) for path, data in self.server.files.items()])
        else:
            siblings = [{"rfilename": path} for path in self.server.files]
            self._json(200, {"id": f"{owner}/{name}", "sha": COMMIT, "siblings": siblings})

    def _modelscope(self, parts: list[str], query: dict[str, str]) -> None:
        owner, name, *rest = (parts[1:] if parts[:1] == ["models"] else []) + ["", "", ""]
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        files = rest[:2] == ["repo", "files"]
        if token == "wrong":
            self._json(401, {"Code": 401, "Message": "token is invalid", "Success": False})
        elif owner != OWNER or name not in ("tiny", "gated", "gated-listing", "cut", "broken"):
            self._json(404, {"Code": 404, "Message": "model not found", "Success": False})
        elif name == "broken":
            self._json(500, {"Code": 500, "Message": "internal", "Success": False})
        elif (name == "gated-listing" or (name == "gated" and not files)) and token != "good":
            self._json(403, {"Code": 403, "Message": "access restricted", "Success": False})
        elif files:
            listing = [
                {"Path": path, "Type": "blob", "Size": len(data), "Sha256": hashlib.sha256(data).hexdigest()}
                for path, data in self.server.files.items()
            ]
            self._json(200, {"Code": 200, "Data": {"Files": listing}, "Success": True})
        elif rest[0] == "repo":
            self._file(name, query["FilePath"])
        else:
            self._json(200, {"Code": 200, "Data": {"Name": name}, "Success": True})

    def _file(self, name: str, path: str) -> None:
        if path not in self.server.files:
            self._json(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
            return
        data = self.server.files[path]
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if self.command == "HEAD":
            return
        if name == "cut" and path == WEIGHTS and not self.server.healed:
            self.wfile.write(data[start : len(data) // 2])
            self.close_connection = True
            return
        self.wfile.write(data[start:])

    def _json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for key, text in (headers or {}).items():
            self.send_header(key, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet: what was asked is in `seen`."""


def _entry(path: str, data: bytes) -> dict[str, Any]:
    return {"type": "file", "path": path, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
