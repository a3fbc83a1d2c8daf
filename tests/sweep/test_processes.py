"""Several processes with one study; one that is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from small_course import command
from tutorsmith.core.errors import DataError
from tutorsmith.sweep.study import recover, run_trials

WORDS = ("sweep", "style", "--folds", "2", "--over", "learning_rate=1e-4..1e-2:log", "--report", "out", "--keep")
STUDY = ("--storage", "sqlite:///shared.sqlite3", "--study", "together")


def start(root: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tutorsmith.cli", *WORDS, *more],
        cwd=root,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def result(root: Path) -> dict:
    return json.loads((root / "out/sweep_style.json").read_text(encoding="utf-8"))


def test_two_processes_share_one_study(root: Path) -> None:
    both = [start(root, *STUDY, "--trials", "5") for _ in range(2)]
    told = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    study = optuna.load_study(study_name="together", storage=f"sqlite:///{root / 'shared.sqlite3'}")
    assert all(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in study.trials)
    # Each process may be in a trial of its own when the last one that was asked for ends.
    assert 5 <= len(study.trials) <= 6
    assert len({trial.user_attrs["worker"] for trial in study.trials}) == 2
    rates = [trial.params["learning_rate"] for trial in study.trials]
    assert len(set(rates)) == len(rates), "no point is drawn by both"
    assert sum("present" in trial.user_attrs for trial in study.trials) == 1
    assert len(result(root)["trials"]) == len(study.trials)
    assert len(list((root / "out/trials").iterdir())) == len(study.trials)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_trial_of_a_killed_process_is_tried_again(root: Path, number: signal.Signals) -> None:
    more = ("--trials", "2", "--set", "num_train_epochs=6", "--pruner", "none")
    killed = start(root, *more)
    log = root / "out/sweep.log"
    until = time.monotonic() + 120
    while "epoch 2:" not in (log.read_text(encoding="utf-8") if log.exists() else ""):
        assert time.monotonic() < until and killed.poll() is None, killed.communicate()[0]
        time.sleep(0.02)
    killed.send_signal(number)
    told = killed.communicate(timeout=120)[0]
    assert killed.returncode == (130 if number is signal.SIGTERM else -number), told
    study = optuna.load_study(study_name="out", storage=f"sqlite:///{root / 'out/study.sqlite3'}")
    assert study.trials[0].state is (TrialState.FAIL if number is signal.SIGTERM else TrialState.RUNNING)
    done = command(root, *WORDS, *more)
    assert done.returncode == 0, done.stderr
    trials = result(root)["trials"]
    assert [trial["state"] for trial in trials] == ["fail", "complete", "complete"]
    assert trials[1]["params"] == trials[0]["params"] and trials[1]["present"]
    assert trials[2]["params"] != trials[0]["params"]


def test_settings_that_kill_their_process_each_time_are_given_up() -> None:
    study = optuna.create_study()
    study.enqueue_trial({"x": 1.0})
    for _ in range(5):
        trial = study.ask()
        trial.suggest_float("x", 0.0, 2.0)
        trial.set_user_attr("worker", f"{socket.gethostname()} {2**22 + 1} gone before")
        recover(study)
    assert sum(trial.params["x"] == 1.0 for trial in study.trials if trial.params) == 3


def test_the_trial_of_another_machine_is_left_to_its_heartbeat() -> None:
    study = optuna.create_study()
    study.ask().set_user_attr("worker", "another-host 1 2")
    recover(study)
    assert study.trials[0].state is TrialState.RUNNING


def test_a_trial_that_others_took_for_dead_is_left_out() -> None:
    study = optuna.create_study()

    def slept(trial: optuna.Trial) -> float:
        if trial.number == 0:
            study.tell(trial.number, state=TrialState.FAIL)
        return trial.suggest_float("x", 0.0, 1.0) if trial.number else 0.5

    run_trials(study, 2, slept, points=float("inf"))
    assert [t.state for t in study.trials] == [TrialState.FAIL, TrialState.COMPLETE, TrialState.COMPLETE]


def test_errors_of_the_objective_are_not_taken_for_that() -> None:
    study = optuna.create_study()

    def broken(_trial: optuna.Trial) -> float:
        raise DataError("a bad sample")

    with pytest.raises(DataError, match="a bad sample"):
        run_trials(study, 2, broken, points=float("inf"))
    assert len(study.trials) == 1
