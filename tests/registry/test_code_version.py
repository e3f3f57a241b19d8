"""Which code ran."""

import re
from pathlib import Path

import registry.code_version as code


def test_a_commit_is_told_in_a_checkout_and_nowhere_else(monkeypatch, tmp_path):
    commit = code.git_commit()
    if (code.ROOT / ".git").exists():
        assert commit is not None
        assert re.fullmatch(r"[0-9a-f]{40}(\+changes)?", commit)
    monkeypatch.setattr(code, "ROOT", tmp_path)
    assert code.git_commit() is None


def test_a_wheel_inside_a_strangers_checkout_has_no_commit(monkeypatch):
    monkeypatch.setattr(code, "ROOT", Path(code.__file__).resolve().parent)
    assert code.git_commit() is None


def test_the_version_is_that_of_the_distribution():
    assert re.match(r"\d+\.\d+", code.package_version())
