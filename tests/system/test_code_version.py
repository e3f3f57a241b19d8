"""Which code ran."""

import re
import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest

import system.code_version as code


def test_a_commit_is_told_in_a_checkout_and_nowhere_else(monkeypatch, tmp_path):
    commit = code.git_commit()
    if (code.ROOT / ".git").exists():
        assert commit is not None
        assert re.fullmatch(r"[0-9a-f]{40}(\+changes)?", commit)
    monkeypatch.setattr(code, "ROOT", tmp_path)
    assert code.git_commit() is None


def test_the_root_is_the_folder_of_the_packages():
    assert (code.ROOT / "system" / "code_version.py").samefile(code.__file__)


def test_a_wheel_inside_a_strangers_checkout_has_no_commit(monkeypatch):
    monkeypatch.setattr(code, "ROOT", Path(code.__file__).resolve().parent)
    assert code.git_commit() is None


def test_the_version_is_that_of_the_distribution(monkeypatch):
    assert re.match(r"\d+\.\d+", code.package_version())
    monkeypatch.setattr(code, "version", lambda name: {"nonferrous": "1.2.3"}[name])
    assert code.package_version() == "1.2.3"


def test_without_an_installed_distribution_the_version_is_unknown(monkeypatch):
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(code, "version", absent)
    assert code.package_version() == "unknown"


@pytest.fixture
def git(monkeypatch):
    """Answers of a git that stands in for the real one, by the first argument, and what it was asked."""
    answers = {"rev-parse --show-toplevel": f"{code.ROOT}\n", "rev-parse HEAD": "abc\n", "status": ""}
    calls = []

    def run(command, **how):
        calls.append((command, how))
        predictions = " ".join(command[3:])
        text = answers["status" if predictions.startswith("status") else predictions]
        return SimpleNamespace(returncode=0 if text is not None else 128, stdout=text)

    monkeypatch.setattr(subprocess, "run", run)
    return answers, calls


def test_a_clean_checkout_has_its_commit_and_a_changed_one_says_so(git):
    answers, requested = git
    assert code.git_commit() == "abc"
    answers["status"] = " M registry/errors.py\n"
    assert code.git_commit() == "abc+changes"
    assert [command[:3] for command, _ in requested] == [["git", "-C", str(code.ROOT)]] * 6
    assert requested[2][0][3:] == ["status", "--porcelain", "--untracked-files=no"]
    for _, how in requested:
        assert how == {"capture_output": True, "text": True, "timeout": 10, "check": False}


def test_a_checkout_without_a_commit_or_of_another_has_none(git):
    answers, _ = git
    answers["rev-parse HEAD"] = None
    assert code.git_commit() is None
    answers["rev-parse --show-toplevel"] = str(code.ROOT.parent)
    answers["rev-parse HEAD"] = "abc"
    assert code.git_commit() is None
    answers["rev-parse --show-toplevel"] = None
    assert code.git_commit() is None


@pytest.mark.parametrize("error", [FileNotFoundError("git"), subprocess.TimeoutExpired("git", 10)])
def test_no_git_or_a_slow_one_is_no_error(monkeypatch, error):
    def run(*command, **how):
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    assert code.git_commit() is None
