"""A stand-in for an OpenAI-compatible endpoint. `script` says what each request gets, in turn; its last entry repeats.

An entry is text (the content of a good completion), a status number, or one of: "cut" (the connection breaks within
the response), "hang" (nothing comes), "drip" (a byte now and then), "long" (more than anybody would read), "nonsense"
(no JSON), "odd" (JSON that is no completion). A tuple adds headers: (429, {"Retry-After": "1"}).
"""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Entry = str | int | tuple[str | int, dict[str, str]]


class JudgeServer(ThreadingHTTPServer):
    """`asked` keeps the decoded body and the headers of each request."""

    daemon_threads = True

    def __init__(self, *script: Entry, answer: Callable[[dict[str, Any]], Entry] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = list(script)
        self.answer = answer
        self.asked: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next_entry(self, body: dict[str, Any], headers: dict[str, str]) -> Entry:
        with self.lock:
            self.asked.append((body, headers))
            if self.answer is not None:
                return self.answer(body)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def handle_error(self, *_: object) -> None:
        """Quiet: clients that give up break connections on purpose."""

    def __enter__(self) -> "JudgeServer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: JudgeServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        entry = self.server.next_entry(body, dict(self.headers))
        what, headers = entry if isinstance(entry, tuple) else (entry, {})
        if self.path != "/v1/chat/completions":
            what = 404
        if isinstance(what, int):
            told = {"error": {"message": f"refused {self.headers.get('Authorization', '')}"}}
            self._send(what, json.dumps(told).encode(), headers)
        elif what in ("cut", "hang", "drip", "long", "nonsense", "odd"):
            getattr(self, f"_{what}")()
        else:
            self._send(200, completion(what), headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b'{"choices": [')
        self.close_connection = True

    def _hang(self) -> None:
        self.server.over.wait(20)
        self.close_connection = True

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b" ")
            time.sleep(0.05)
        self.close_connection = True

    def _long(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 30))
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b" " * (1 << 16))
        self.close_connection = True

    def _nonsense(self) -> None:
        self._send(200, b"<html>welcome</html>", {})

    def _odd(self) -> None:
        self._send(200, b'{"choices": []}', {})

    def log_message(self, *_: object) -> None:
        """Quiet: what was asked is in `asked`."""


def completion(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def verdict(answer: str, evidence: str = "", reason: str = "because") -> str:
    return json.dumps({"verdict": answer, "evidence": evidence, "reason": reason})
