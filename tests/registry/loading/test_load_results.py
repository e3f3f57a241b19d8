"""What is remembered of models that were tried, and when it does not count."""

import json
import os
import stat

import pytest

from models.storage import formats
from registry.loading import load_results
from registry.loading.load_results import FILE, MOST, TrialLoadResult, TrialLoadResults

pytestmark = pytest.mark.usefixtures("remembered")


def test_what_came_of_a_model_is_known_after_a_start(tmp_path):
    TrialLoadResults(tmp_path / "home").remember({"sha256:a": None, "sha256:b": "ended with SIGSEGV"})
    fresh = TrialLoadResults(tmp_path / "home")
    assert fresh.verdict("sha256:a") == TrialLoadResult(None)
    assert fresh.verdict("sha256:b") == TrialLoadResult("ended with SIGSEGV")
    assert fresh.verdict("sha256:c") is None
    assert [path.name for path in (tmp_path / "home").iterdir()] == [FILE]


def test_one_that_runs_sees_what_another_writes(tmp_path):
    running, other = TrialLoadResults(tmp_path), TrialLoadResults(tmp_path)
    assert running.verdict("sha256:a") is None
    other.remember({"sha256:a": "no"})
    assert running.verdict("sha256:a") == TrialLoadResult("no")
    other.remember({"sha256:a": None})
    assert running.verdict("sha256:a") == TrialLoadResult(None)
    (tmp_path / FILE).unlink()
    assert running.verdict("sha256:a") is None


def test_verdicts_of_other_code_do_not_count(tmp_path, monkeypatch):
    TrialLoadResults(tmp_path).remember({"sha256:a": "no"})
    monkeypatch.setattr(load_results, "code", lambda: "another version")
    assert TrialLoadResults(tmp_path).verdict("sha256:a") is None
    TrialLoadResults(tmp_path).remember({"sha256:b": None})
    assert set(json.loads((tmp_path / FILE).read_bytes())["models"]) == {"sha256:b"}


def test_code_is_named_by_its_format_its_files_and_its_libraries():
    message = load_results.code()
    assert message.startswith(f"format {formats.NEWEST}, nonferrous ")
    assert "lightgbm" in message
    assert "numpy" in message


def test_the_newest_are_kept(tmp_path):
    TrialLoadResults(tmp_path).remember({f"sha256:{i}": None for i in range(MOST + 5)})
    retained = TrialLoadResults(tmp_path)
    assert (retained.verdict("sha256:4"), retained.verdict("sha256:5")) == (None, TrialLoadResult(None))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"models": {}}', b"[" * 100_000, b" " * 2**21, b'{"code": 1, "models": 7}']
)
def test_a_file_that_is_none_is_not_used_and_said_so(tmp_path, caplog, content):
    (tmp_path / FILE).write_bytes(content)
    assert TrialLoadResults(tmp_path).verdict("sha256:a") is None
    assert content == b'{"code": 1, "models": 7}' or "not used, models are loaded again" in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_it_is_its_owners_alone(tmp_path, caplog):
    TrialLoadResults(tmp_path).remember({"sha256:a": None})
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    (tmp_path / FILE).chmod(0o666)
    assert TrialLoadResults(tmp_path).verdict("sha256:a") is None
    assert "got mode 666, expected that its owner alone may write" in caplog.text


def test_a_home_that_cannot_be_written_to_is_logged_and_nothing_fails(tmp_path, caplog):
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    TrialLoadResults(tmp_path / "home").remember({"sha256:a": None})
    assert "what came of loading models is not remembered" in caplog.text
