"""Fetch a model from ModelScope or the Hugging Face Hub, and say plainly why when that cannot be done.

Both hubs' own clients do the work, so their caches, tokens, endpoints and proxies are the ones the user already has.
"""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

from tutorsmith.core.artifacts import writing_to
from tutorsmith.core.errors import ModelError, NetworkError
from tutorsmith.models.catalog import ModelRow

WANTED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]
# Files in folders (other frameworks' copies) and Mistral's second copy of its weights.
UNWANTED = ["*/*", "consolidated*"]
HUGGINGFACE = "Hugging Face Hub"
MODELSCOPE = "ModelScope"
ELSEWHERE = "use the embedded smollm2-135m or a local folder"


def asks_modelscope() -> bool:
    return os.environ.get("USE_MODELSCOPE", "").lower() in ("1", "true", "yes", "on")


def cached(name: str, row: ModelRow | None) -> Iterator[tuple[Path, str]]:
    """(folder, origin) of what the hubs' own caches hold of a model, without any network; perhaps incomplete.

    The hub that would be asked comes first. A catalogue row names the same model on both hubs, so the other hub's cache
    serves it too; an id outside the catalogue may be somebody else's model there.
    """
    from huggingface_hub import errors, snapshot_download

    hubs = [MODELSCOPE, HUGGINGFACE] if asks_modelscope() else [HUGGINGFACE, MODELSCOPE]
    for hub in hubs if row else hubs[:1]:
        repository = _repository(name, row, hub)
        if hub == MODELSCOPE:
            folder = _modelscope_cached(repository)
            if folder is not None:
                yield folder, hub
            continue
        try:
            found = snapshot_download(
                repository, allow_patterns=WANTED, ignore_patterns=UNWANTED, local_files_only=True
            )
        except (errors.LocalEntryNotFoundError, errors.HFValidationError):
            continue
        yield Path(found), hub


def fetch(name: str, row: ModelRow | None) -> tuple[Path, str]:
    """(folder, origin) of a hub model; what its cache already holds is not fetched again.

    `USE_MODELSCOPE=1` asks ModelScope; otherwise the Hugging Face Hub (`HF_ENDPOINT`, `HF_TOKEN` and a `hf auth login`
    are honoured by its own client).

    Raises: ModelError (not found, gated, wrong token), NetworkError (no network, offline, cut short), ResourceError.
    """
    if asks_modelscope():
        return _modelscope(_repository(name, row, MODELSCOPE)), MODELSCOPE
    return _huggingface(_repository(name, row, HUGGINGFACE)), HUGGINGFACE


def _repository(name: str, row: ModelRow | None, hub: str) -> str:
    return row.sources.get("modelscope" if hub == MODELSCOPE else "huggingface", name) if row else name


def _huggingface(repository: str) -> Path:
    from huggingface_hub import constants, errors, snapshot_download

    where = f"{HUGGINGFACE}: {repository}"
    try:
        with writing_to(Path(constants.HF_HUB_CACHE)):
            return Path(snapshot_download(repository, allow_patterns=WANTED, ignore_patterns=UNWANTED))
    except errors.HFValidationError as error:
        raise ModelError(f"not a model id: {error}", where=where, mend="an id looks like Qwen/Qwen3-8B") from error
    except errors.LocalEntryNotFoundError as error:
        # The client asks its cache when the hub does not answer as it should; the cause says what the hub did.
        cause = error.__cause__
        if isinstance(cause, errors.HfHubHTTPError):
            raise _refused(cause, where) from error
        raise _unreachable(where) from error
    except errors.HfHubHTTPError as error:
        raise _refused(error, where) from error
    except errors.OfflineModeIsEnabled as error:
        raise _unreachable(where) from error
    # HTTPError is the base of the client's transport errors, whichever HTTP library its version uses; the client raises
    # a bare OSError when a file came shorter than announced.
    except (errors.HTTPError, errors.FileMetadataError, ConnectionError) as error:
        raise _cut(error, where) from error
    except OSError as error:
        if "Consistency check failed" in str(error):
            raise _cut(error, where) from error
        raise


def _refused(error: Exception, where: str) -> ModelError:
    """What the Hugging Face Hub's error answer means. `error` is the client's HfHubHTTPError."""
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.GatedRepoError):
        return ModelError(
            "this model is gated",
            where=where,
            mend="accept its licence on its page, then `hf auth login` or set HF_TOKEN to a token of that account",
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return ModelError(
            "no such model, or the token may not see it",
            where=where,
            mend="check the id; for a private model set HF_TOKEN to a token that can read it",
        )
    if status == 401:
        return ModelError(
            "the token was refused",
            where=where,
            mend="set HF_TOKEN to a valid token, or unset it and `hf auth login`; public models need none",
        )
    if status == 403:
        return ModelError(
            "the token may not read this model", where=where, mend="give the token read access, or use another"
        )
    if status == 404:
        return ModelError("the hub lacks a file of this model", where=where, mend="check the id and HF_ENDPOINT")
    mend = f"try again later, check HF_ENDPOINT, or {ELSEWHERE}"
    return NetworkError(f"the hub answered with an error ({status})", where=where, mend=mend)


def _unreachable(where: str) -> NetworkError:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return NetworkError(
            "HF_HUB_OFFLINE is set and the model is not whole in the cache",
            where=where,
            mend=f"unset HF_HUB_OFFLINE to download it, or {ELSEWHERE}",
        )
    return NetworkError(
        "the hub cannot be reached and the model is not whole in the cache",
        where=where,
        mend=f"check the network, HF_ENDPOINT and proxy settings, try USE_MODELSCOPE=1, or {ELSEWHERE}",
    )


def _cut(error: BaseException, where: str) -> NetworkError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return NetworkError(
        f"the download was cut short: {reason}",
        where=where,
        mend="run the same command again: files that are whole are not fetched again",
    )


def _modelscope_cached(repository: str) -> Path | None:
    if importlib.util.find_spec("modelscope_hub") is None:
        return None
    from modelscope_hub import HubApi, errors

    try:
        return Path(HubApi().download_repo(repository, "model", local_files_only=True))
    except errors.HubError:
        return None


def _modelscope(repository: str) -> Path:
    where = f"{MODELSCOPE}: {repository}"
    if importlib.util.find_spec("modelscope_hub") is None:
        raise ModelError(
            "the ModelScope client is not installed",
            where=where,
            mend="pip install 'tutorsmith[modelscope]', or unset USE_MODELSCOPE",
        )
    from modelscope_hub import HubApi, errors, get_default_config

    with writing_to(get_default_config().cache_dir):
        try:
            return Path(HubApi().download_repo(repository, "model", allow_patterns=WANTED, ignore_patterns=UNWANTED))
        except errors.FileDownloadError as error:
            # Every file was tried; the first reason speaks for all, and a full disk must not look like a bad network.
            reason = next(iter(error.failed_files.values()), error)
            if isinstance(reason, OSError) and reason.errno is not None:
                raise reason from error
            if isinstance(reason, errors.NetworkError):
                raise _cut(reason, where) from error
            raise _modelscope_error(reason, where) from error
        except errors.HubError as error:
            raise _modelscope_error(error, where) from error


def _modelscope_error(error: BaseException, where: str) -> ModelError:
    """What an error of ModelScope's client means."""
    from modelscope_hub import errors

    if isinstance(error, errors.NotExistError):
        mend = "check the id on ModelScope; for a private model set MODELSCOPE_API_TOKEN"
        return ModelError("no such model, or the token may not see it", where=where, mend=mend)
    if isinstance(error, errors.InvalidParameter):
        return ModelError(f"not a model id: {error}", where=where, mend="an id looks like Qwen/Qwen3-8B")
    if isinstance(error, errors.AuthenticationError):
        mend = "set MODELSCOPE_API_TOKEN to a valid token, or unset it; public models need none"
        return ModelError("the token was refused", where=where, mend=mend)
    if isinstance(error, errors.PermissionDeniedError):
        mend = "accept its licence on its page, then set MODELSCOPE_API_TOKEN to a token of that account"
        return ModelError("this model is gated, or the token may not read it", where=where, mend=mend)
    if isinstance(error, errors.ServerError | errors.RateLimitError):
        mend = f"try again later, unset USE_MODELSCOPE, or {ELSEWHERE}"
        return NetworkError(f"ModelScope answered with an error: {error}", where=where, mend=mend)
    if isinstance(error, errors.NetworkError):
        mend = f"check the network and MODELSCOPE_ENDPOINT, unset USE_MODELSCOPE, or {ELSEWHERE}"
        return NetworkError("ModelScope cannot be reached", where=where, mend=mend)
    return _cut(error, where)
