"""Bad input at the real command line: the documented exit code, what and where and how to mend it, and nothing lost."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from small_course import SYSTEM, command, contents, leftovers, make_course, record, samples, write_rows
from small_runs import another_model

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "code/ai_service/training"


@pytest.fixture(scope="module")
def course(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course after one whole run at the command line. No test changes what lies in it."""
    root = tmp_path_factory.mktemp("journey")
    make_course(root, tiny_model)
    done = command(root, "run", "style", TUTORSMITH_CACHE=str(root / "cache"))
    assert done.returncode == 0, done.stderr
    assert "report: " in done.stdout
    return root


@pytest.fixture(autouse=True)
def nothing_lost(course: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each case every earlier artifact is as it was, and nothing half-written lies about."""
    monkeypatch.setenv("TUTORSMITH_CACHE", str(course / "cache"))
    before = contents(course / "outputs")
    yield
    assert contents(course / "outputs") == before
    assert leftovers(course) == []


def refused(done: subprocess.CompletedProcess[str], code: int, *told: str) -> None:
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.startswith("error: ")
    assert "\n  mend: " in done.stderr
    for text in told:
        assert text in done.stderr


@contextmanager
def mounted(folder: Path, *words: str) -> Iterator[None]:
    """A mount for the length of the block; skips the test where mounting is not allowed."""
    folder.mkdir(exist_ok=True)
    if os.getuid() or subprocess.run(["mount", *words, str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


DAMAGED = {
    "malformed.jsonl": (b'{"id": "x", "messages": [\n', "malformed.jsonl:1"),
    "utf16.jsonl": ('{"id": "x"}\n'.encode("utf-16"), "UTF-16"),
    "latin1.jsonl": (b'{"id": "caf\xe9"}\n', "latin1.jsonl:1"),
    "empty.jsonl": (b"", "empty"),
    "blank.jsonl": (b"\n \n", "empty"),
    "array.jsonl": (b'[{"id": 1},\n {"id": 2}]\n', "array.jsonl"),
    "number.jsonl": (b"3\n", "number.jsonl:1"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_training_data(course: Path, tmp_path: Path, name: str) -> None:
    data, told = DAMAGED[name]
    file = tmp_path / name
    file.write_bytes(data)
    refused(command(course, "run", "style", "--train-files", str(file)), 3, told, str(file))


@pytest.mark.parametrize("name", ["malformed.jsonl", "latin1.jsonl", "empty.jsonl"])
def test_damaged_benchmark_and_predictions(course: Path, tmp_path: Path, name: str) -> None:
    data, _told = DAMAGED[name]
    file = tmp_path / name
    file.write_bytes(data)
    out, scores = tmp_path / "p.jsonl", tmp_path / "scores"
    refused(command(course, "predict", "--eval-file", str(file), "--output-file", str(out)), 3, str(file))
    words = ["--eval-file", "style_bench.jsonl", "--predictions", str(file), "--output-dir", str(scores)]
    refused(command(course, "evaluate", *words), 3, str(file))
    assert not out.exists()
    assert not scores.exists()


def test_check_tells_findings_by_its_exit_code(course: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(DAMAGED["malformed.jsonl"][0])
    found = command(course, "check", str(tmp_path / "bad.jsonl"))
    assert found.returncode == 1
    assert f"{tmp_path / 'bad.jsonl'}:1: error" in found.stdout
    clean = command(course, "check", "style.jsonl", "--against", "style_bench.jsonl")
    assert (clean.returncode, clean.stderr) == (0, "")
    refused(command(course, "check", str(tmp_path / "none.jsonl")), 3, "none.jsonl")
    refused(command(course, "check", "style.jsonl", "--format", "xml"), 2, "xml")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "stlye"], ["unknown stage 'stlye'", "did you mean 'style'?"]),
        (["rnu", "style"], ["No such command 'rnu'", "Did you mean 'run'?"]),
        (["run"], ["stage", "tutorsmith run --help"]),
        (["run", "style", "--lerning-rate", "1"], ["'--lerning-rate'", "'--set learning_rate=VALUE'"]),
        (["run", "style", "--output-dri", "x"], ["'--output-dri'", "'--output-dir'"]),
        (["run", "style", "--set", "lerning_rate=1"], ["'lerning_rate'", "did you mean 'learning_rate'?"]),
        (["run", "style", "--set", "learning_rate=fast"], ["learning_rate", "'fast'", "flag"]),
        (["run", "style", "--set", "learning_rate"], ["is not key=value", "--set"]),
        (["run", "style", "--seed", "one"], ["--seed"]),
        (["run", "style", "--resume", "--fresh"], ["--resume and --fresh exclude each other"]),
        (["run", "style", "--config", "none.toml"], ["none.toml"]),
        (["train", "style", "--quantization", "3bit"], ["3bit"]),
        (["predict", "--eval-file", "style_bench.jsonl"], ["--output-file"]),
        (["predict", "--eval-file", "style_bench.jsonl", "--output-file", "notes"], ["this is a folder", "notes"]),
        (["predict", "--eval-file", "style_bench.jsonl", "--output-file", "p", "--engine", "tosch"], ["'torch'"]),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, list) else "",
)
def test_wrong_usage(course: Path, words: list[str], told: list[str]) -> None:
    refused(command(course, *words), 2, *told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[stages.style]", "[stages.style]\ntrainn = []", ["'stages.style.trainn'", "did you mean 'train'?"]),
        ("[settings]", "[setings]", ["'setings'", "did you mean 'settings'?"]),
        ("learning_rate", "learnin_rate", ["'learnin_rate'", "did you mean 'learning_rate'?"]),
        ("lora_r = 4", 'lora_r = "many"', ["lora_r", "'many'", "[stages.style.settings]"]),
        ("[settings]", "[settings", ["not valid TOML"]),
    ],
)
def test_a_wrong_project_file(course: Path, tmp_path: Path, old: str, new: str, told: list[str]) -> None:
    text = (course / "tutorsmith.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wrong.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    refused(command(course, "run", "style", "--config", str(tmp_path / "wrong.toml")), 2, "wrong.toml", *told)


@pytest.mark.parametrize("flag", ["--train-files", "--eval-file", "--notes"])
def test_a_missing_file(course: Path, flag: str) -> None:
    refused(command(course, "run", "style", flag, "gone.x"), 3, "gone.x", "not found")


def test_missing_models_and_adapters(course: Path, tmp_path: Path) -> None:
    refused(command(course, "run", "style", "--model", str(tmp_path / "none")), 4, "none")
    words = ["--eval-file", "style_bench.jsonl", "--output-file", str(tmp_path / "p.jsonl"), "--adapter-path"]
    refused(command(course, "predict", *words, str(tmp_path / "none")), 4, "no such adapter folder")
    refused(command(course, "predict", *words, str(tmp_path)), 4, "adapter_config.json is missing")
    assert list(tmp_path.iterdir()) == []


def test_an_adapter_that_does_not_fit(course: Path, tiny_model: Path, tmp_path: Path) -> None:
    wide = another_model(tiny_model, tmp_path / "wide", 64)
    words = ["--eval-file", "style_bench.jsonl", "--output-file", str(tmp_path / "p.jsonl"), "--model", str(wide)]
    done = command(course, "predict", *words, "--adapter-path", "outputs/adapter/style")
    refused(done, 4, "the adapter does not fit the model", "outputs/adapter/style", "--model")
    assert not (tmp_path / "p.jsonl").exists()


def test_a_prompt_longer_than_the_context(course: Path, tmp_path: Path) -> None:
    long = record("b-long", SYSTEM, "Why? " * 1000, key_points=["flux"], refusal_type=None, meta={})
    bench = write_rows(tmp_path / "long.jsonl", [long])
    words = ["--eval-file", str(bench), "--output-file", str(tmp_path / "p.jsonl")]
    refused(command(course, "predict", *words), 3, "b-long", "context 4096")
    assert not (tmp_path / "p.jsonl").exists()


def test_a_sample_longer_than_max_length(course: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command(course, "train", "style", "--set", "max_length=200", "--output-dir", str(out))
    refused(done, 3, "longer than max_length=200", "s0 (", "raise max_length")
    assert not (out / "adapter_model.safetensors").exists()


def test_resume_with_other_data(course: Path, tmp_path: Path) -> None:
    other = write_rows(tmp_path / "other.jsonl", samples()[:-1])
    done = command(course, "run", "style", "--train-files", str(other), "--resume")
    refused(done, 3, "a finished run with other data", "outputs/adapter/style", "--output-dir")


def test_no_project_file(course: Path, tmp_path: Path) -> None:
    refused(command(tmp_path, "run", "style"), 2, "no tutorsmith.toml here or above", "tutorsmith init")
    refused(command(tmp_path, "report", str(course / "notes")), 3, "no eval_report_STAGE.json here")


# --- nowhere to write ---


def test_a_file_in_place_of_the_output_folder(course: Path) -> None:
    refused(command(course, "run", "style", "--output-dir", "tutorsmith.toml"), 5, "cannot write", "tutorsmith.toml")
    refused(command(course, "run", "style", "--output-dir", "tutorsmith.toml/x"), 5, "cannot write")


def test_a_read_only_output_folder(course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "frozen"
    words = ["--eval-file", "style_bench.jsonl", "--predictions", "outputs/adapter/style/predictions_style.jsonl"]
    with mounted(folder, "-t", "tmpfs", "-o", "ro", "tmpfs"):
        refused(command(course, "run", "style", "--output-dir", str(folder)), 5, "Read-only", str(folder))
        refused(command(course, "evaluate", *words, "--output-dir", str(folder / "s")), 5, "Read-only", str(folder))


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("20k", ["train", "style"]),  # full at a checkpoint
        ("112k", ["run", "style"]),  # full after training
    ],
)
def test_no_space_left(course: Path, tmp_path: Path, size: str, words: list[str]) -> None:
    folder = tmp_path / "small"
    with mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        done = command(course, *words, "--output-dir", str(folder))
        refused(done, 5, "No space left", "free some space", str(folder))
        whole = [file for file in folder.rglob("*") if file.suffix == ".json"]
        for file in whole:
            assert file.read_bytes().endswith(b"}\n" if file.parent == folder else b"}")
        assert leftovers(folder) == []


def test_no_space_in_the_cache(course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    words = ["--eval-file", "style_bench.jsonl", "--output-file", str(tmp_path / "p.jsonl")]
    with mounted(folder, "-t", "tmpfs", "-o", "size=4k", "tmpfs"):
        done = command(course, "predict", *words, TUTORSMITH_CACHE=str(folder))
        refused(done, 5, "No space left", "TUTORSMITH_CACHE", str(folder))
        assert leftovers(folder) == []
    assert not (tmp_path / "p.jsonl").exists()


def test_a_file_size_limit_needs_no_root(course: Path, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))

    out = tmp_path / "scores"
    done = subprocess.run(
        [sys.executable, "-m", "tutorsmith.cli", "evaluate", "--eval-file", "style_bench.jsonl", "--predictions",
         "outputs/adapter/style/predictions_style.jsonl", "--output-dir", str(out)],
        cwd=course, preexec_fn=limit, capture_output=True, text=True, check=False,
    )  # fmt: skip
    refused(done, 5, "File too large", str(out))
    assert list(out.iterdir()) == []


# --- the requested scripts ---


@pytest.fixture(scope="module")
def plain_python() -> str:
    """An interpreter without Tutorsmith, as `python3` is outside the virtual environment."""
    base = shutil.which(
        "python3", path=os.pathsep.join(["/usr/bin", "/usr/local/bin", str(Path(sys.base_prefix) / "bin")])
    )
    if (
        base is None
        or subprocess.run([base, "-c", "import tutorsmith"], capture_output=True, check=False).returncode == 0
    ):
        pytest.skip("no python3 without Tutorsmith here")
    return base


def script(python: str, root: Path, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    if not (ROOT / ".venv/bin/python").exists():
        pytest.skip("the scripts continue in .venv, which is not there")
    return subprocess.run(
        [python, str(SCRIPTS / name), *words], cwd=root, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_requested_scripts_do_the_work(plain_python: str, course: Path, tmp_path: Path) -> None:
    joined, adapter, answers, scores = (tmp_path / name for name in ("all.jsonl", "adapter", "p.jsonl", "scores"))
    steps = [
        ("prepare_training_data.py", "--style_file", "style.jsonl", "--writing_file", "writing.jsonl",
         "--output_file", str(joined)),
        ("train_lora.py", "--stage", "style", "--train_files", str(joined), "--output_dir", str(adapter),
         "--num_train_epochs", "1", "--learning_rate=1e-3"),
        ("generate_predictions.py", "--adapter_path", str(adapter), "--eval_file", "style_bench.jsonl",
         "--output_file", str(answers), "--max_new_tokens", "4"),
        ("eval_metrics.py", "--eval_file", "style_bench.jsonl", "--predictions", str(answers), "--baseline",
         "outputs/adapter/style/predictions_style.base.jsonl", "--output_dir", str(scores)),
    ]  # fmt: skip
    for name, *words in steps:
        done = script(plain_python, course, name, *words)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    assert len(joined.read_text().splitlines()) == 11
    assert {file.name for file in scores.iterdir()} >= {"eval_report.json", "eval_report.md", "eval_report.html"}


@pytest.mark.parametrize(
    ("name", "words", "code", "told"),
    [
        ("train_lora.py", ["--lerning_rate", "1"], 2, "'--learning_rate'"),
        ("train_lora.py", ["--stage", "stlye"], 2, "did you mean 'style'?"),
        ("generate_predictions.py", ["--eval_fil", "x", "--output_file", "y"], 2, "'--eval_file'"),
        ("generate_predictions.py", ["--eval_file", "gone.jsonl", "--output_file", "y"], 3, "gone.jsonl"),
        ("eval_metrics.py", [], 2, "--predictions"),
        ("prepare_training_data.py", ["--style_file", "gone.jsonl", "--output_file", "y"], 3, "gone.jsonl"),
    ],
)
def test_the_requested_scripts_refuse(
    plain_python: str, course: Path, name: str, words: list[str], code: int, told: str
) -> None:
    refused(script(plain_python, course, name, *words), code, told)
    assert not (course / "y").exists()


# --- start-up ---


@pytest.mark.parametrize(
    "words", [["--help"], ["check", "--help"], ["run", "--help"], ["predict", "--help"], ["sweep", "--help"]]
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['tutorsmith', *{words!r}]\n"
        "from tutorsmith.cli import main\n"
        "try: main()\n"
        "except SystemExit as leave: assert not leave.code\n"
        "heavy = {'torch', 'transformers', 'peft', 'sentence_transformers'}\n"
        "heavy |= {'numpy', 'scipy', 'sympy', 'pint', 'optuna'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tutorsmith" in done.stdout
