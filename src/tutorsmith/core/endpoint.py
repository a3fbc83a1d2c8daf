"""Chat completions of an OpenAI-compatible endpoint: bounded in time, size and tries, and silent about its key.

Used by whoever asks a model elsewhere (a judge, a writer of drafts); `Names` says how that part calls it.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from tutorsmith.core.errors import ModelError, NetworkError, UsageError

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
CHAT = "/chat/completions"
LARGEST_ANSWER = 1_000_000
"""Bytes of one response; a verdict takes some hundreds, a draft some thousands."""
LONGEST_WAIT = 60.0
"""Seconds. An endpoint that asks for a longer pause (Retry-After) is given up."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class BadReply(ValueError):
    """A response that is no chat completion; another try may bring one."""


class _TryAgain(Exception):
    """This try failed in a way that may pass. pause: seconds that the endpoint asked for, None when it didn't."""

    def __init__(self, why: str, pause: float | None = None) -> None:
        super().__init__(why)
        self.pause = pause


@dataclass(frozen=True)
class Names:
    """What the user knows an endpoint by. again: the mend when it does not answer."""

    model: str = "the model"
    url_flag: str = "--endpoint"
    model_flag: str = "--model"
    key_variable: str = "OPENAI_API_KEY"
    again: str = "run the same command again"


@dataclass(frozen=True)
class Completion:
    """text: of the first choice; finish_reason: as the endpoint gives it, such as "stop" or "length"."""

    text: str
    finish_reason: str = ""


@dataclass(frozen=True)
class Endpoint:
    """Where a model is asked.

    url: with or without the final /chat/completions; key: the empty string for none; timeout: seconds for one whole
    response; tries: for one response; first_pause: seconds before the second try, doubled before each later one.

    Raises: UsageError for an address that is no http(s) URL and for a key that no header can carry.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 60.0
    tries: int = 4
    first_pause: float = _FIRST_PAUSE
    names: Names = Names()

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(""), None
        if parts.scheme not in ("http", "https") or not host:
            raise UsageError(
                "this is no http or https address",
                where=self.names.url_flag,
                mend="give the endpoint's base, such as https://host/v1",
            )
        if parts.username or parts.password or parts.query:
            raise UsageError(
                "the address holds credentials or a query",
                where=self.names.url_flag,
                mend=f"give the key in the environment variable {self.names.key_variable}, and the plain address",
            )
        if not self.model.strip():
            raise UsageError(
                f"{self.names.model} has no name", where=self.names.model_flag, mend="name a model of the endpoint"
            )
        if not self.key.isascii() or any(not char.isprintable() for char in self.key):
            raise UsageError(
                "the key has characters that no HTTP header can carry",
                where=self.names.key_variable,
                mend="set it again, without line ends",
            )

    @property
    def host(self) -> str:
        """Host and port, as reports name it."""
        return urlsplit(self.url).netloc

    @property
    def address(self) -> str:
        return self.address_of(CHAT)

    def address_of(self, path: str) -> str:
        return self.url.rstrip("/").removesuffix(CHAT) + path


@contextmanager
def open_client(endpoint: Endpoint) -> Iterator["httpx.Client"]:
    """One client for all requests. Redirects are not followed: they would carry the key elsewhere."""
    import httpx

    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    try:
        client = httpx.Client(headers=headers, timeout=endpoint.timeout, follow_redirects=False)
    except (ValueError, ImportError) as error:  # a proxy of the environment that httpx cannot use
        raise UsageError(
            f"the HTTP client cannot be made: {error}", where=endpoint.names.url_flag, mend="check the proxy variables"
        ) from error
    with client:
        yield client


def complete(
    client: "httpx.Client",
    endpoint: Endpoint,
    messages: Sequence[Mapping[str, str]],
    stop: threading.Event,
    options: Mapping[str, Any] | None = None,
) -> Completion:
    """One completion, tried again after what may pass; `stop` ends the waiting. options: more of the request's body.

    Raises: NetworkError when the endpoint cannot be reached or keeps failing, ModelError when it refuses.
    """
    body = {"model": endpoint.model, "messages": list(messages), "temperature": 0, **(options or {})}
    return request(client, endpoint, body, stop, _content)


def request(
    client: "httpx.Client",
    endpoint: Endpoint,
    body: Mapping[str, Any],
    stop: threading.Event,
    read: Callable[[bytes], T],
    path: str = CHAT,
) -> T:
    """One response as `read` understands it, tried again after what may pass; `stop` ends the waiting.

    read: raises BadReply for a response that it cannot use, which is tried again. path: below the endpoint's base.

    Raises: NetworkError when the endpoint cannot be reached or keeps failing, ModelError when it refuses.
    """
    why, pause = "", endpoint.first_pause
    for number in range(1, endpoint.tries + 1):
        try:
            return read(_post(client, endpoint, body, path))
        except _TryAgain as error:
            why = str(error)
            if error.pause is not None and error.pause > LONGEST_WAIT:
                why += f", and asks to wait {error.pause:.0f} s"
                break
            wait = max(pause, error.pause or 0.0)
        except BadReply as error:
            why, wait = str(error), pause
        if number < endpoint.tries and stop.wait(wait):
            break
        pause = min(2 * pause, _LONGEST_PAUSE)
    raise NetworkError(
        f"{endpoint.names.model} does not answer: {why}",
        where=endpoint.host,
        mend=endpoint.names.again,
    )


def _post(client: "httpx.Client", endpoint: Endpoint, body: Mapping[str, Any], path: str) -> bytes:
    """The body of a good response. Raises: _TryAgain, ModelError."""
    import httpx

    ends = time.monotonic() + endpoint.timeout
    try:
        with client.stream("POST", endpoint.address_of(path), json=body) as response:
            data = bytearray()
            for part in response.iter_bytes():
                data += part
                if len(data) > LARGEST_ANSWER:
                    raise _TryAgain(f"its response is longer than {LARGEST_ANSWER} bytes")
                if time.monotonic() > ends:
                    raise _TryAgain(f"its response took longer than {endpoint.timeout:g} s")
    except httpx.TimeoutException as error:
        raise _TryAgain(f"no response within {endpoint.timeout:g} s") from error
    except httpx.InvalidURL as error:
        raise UsageError(f"not an address: {error}", where=endpoint.names.url_flag, mend="check it") from error
    except httpx.HTTPError as error:
        raise _TryAgain(f"{type(error).__name__}: {_without_key(str(error), endpoint.key)}") from error
    if response.is_success:
        return bytes(data)
    told = _told(bytes(data), endpoint.key)
    if response.status_code in _PASSING:
        raise _TryAgain(f"HTTP {response.status_code}{told}", _retry_after(response.headers.get("Retry-After")))
    raise _refused(response.status_code, told, endpoint)


def _refused(status: int, told: str, endpoint: Endpoint) -> ModelError:
    names = endpoint.names
    mend = f"check {names.url_flag} and {names.model_flag}"
    if status in (401, 403):
        mend = f"set the environment variable {names.key_variable} to a key of this endpoint"
    elif 300 <= status < 400:
        mend = f"the endpoint has moved: give its new address with {names.url_flag}"
    elif status == 404:
        mend = f"no such path or model there: check {names.url_flag} (it ends in /v1, mostly) and {names.model_flag}"
    return ModelError(f"{names.model} refuses: HTTP {status}{told}", where=endpoint.host, mend=mend)


def _content(data: bytes) -> Completion:
    """The first choice. Raises: BadReply."""
    try:
        choice = json.loads(data)["choices"][0]
        content, reason = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise BadReply("its response is no chat completion") from error
    if not isinstance(content, str):
        raise BadReply("its response holds no text")
    return Completion(whole(content), reason if isinstance(reason, str) else "")


def whole(text: str) -> str:
    """The text as UTF-8 can hold it: halves of surrogate pairs, which JSON allows, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _told(data: bytes, key: str) -> str:
    """What an error response says, on one line and short; never the key, which some endpoints repeat."""
    text = data[:4000].decode("utf-8", "replace")
    try:
        inner = json.loads(text)
        error = inner.get("error", inner) if isinstance(inner, dict) else inner
        text = str(error.get("message", error)) if isinstance(error, dict) else str(error)
    except (ValueError, RecursionError):
        pass  # plain text, or JSON that was cut: shown as it is
    line = " ".join(_without_key(text, key).split())[:200]
    return f" ({line})" if line else ""


def _without_key(text: str, key: str) -> str:
    return text.replace(key, "[key]") if key else text


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header: a number, or a date."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
