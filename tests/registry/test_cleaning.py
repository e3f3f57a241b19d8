"""Dead jobs give their disk space back; what was registered stays, and so does the audit."""

from contextlib import nullcontext

import pytest

from registry.cleaning import Cleaning, CleanupResult
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import REFUSED


@pytest.fixture
def tracking(tmp_path):
    return Tracking(StoreSettings(home=tmp_path / "home"), make=True)


def job(tracking, tmp_path, toy_model, ends=None, registers=False):
    """A job with one candidate, which ends by an exception or in order; gives its run."""
    experiment = tracking.experiment("toy_cells", "Toy")
    (tmp_path / "files").mkdir(exist_ok=True)
    (tmp_path / "files" / "card.md").write_text("x" * 1000)
    with nullcontext() if ends is None else pytest.raises(type(ends)):
        with tracking.run(experiment, "retrain", "retrain") as run:
            tracking.log_files(run, tmp_path / "files")
            with tracking.run(experiment, "linear", "retrain", run) as child:
                model, digest = tracking.log_model(child, toy_model)
            if registers:
                tags = {"candidate": "linear", "model_digest": digest, "gate": REFUSED}
                tracking.register("toy_cells", "Toy", child, model, tags)
            if ends is not None:
                raise ends
    return run


def files_of(tmp_path):
    return [file for file in (tmp_path / "home" / "artifacts").rglob("*") if file.is_file()]


def test_what_dead_jobs_left_is_removed_once(tracking, tmp_path, save_toy_model):
    model = save_toy_model(tmp_path / "model")
    job(tracking, tmp_path, model, KeyboardInterrupt())
    before = sum(file.stat().st_size for file in files_of(tmp_path))
    result = Cleaning(tracking).clean("toy_cells")
    # The candidate had ended in order: its job had not.
    assert (result.runs, result.models) == (2, 1)
    assert result.bytes == before > 1000
    assert files_of(tmp_path) == []
    assert Cleaning(tracking).clean("toy_cells") == CleanupResult(0, 0, 0)


def test_jobs_that_ended_in_order_versions_and_moves_stay(tracking, tmp_path, save_toy_model):
    model = save_toy_model(tmp_path / "model")
    job(tracking, tmp_path, model)
    job(tracking, tmp_path, model, RuntimeError("the gate could not be asked"), registers=True)
    tracking.move_alias("toy_cells", "challenger", 1, "enter", "by hand", {})
    before = files_of(tmp_path)
    assert Cleaning(tracking).clean("toy_cells") == CleanupResult(0, 0, 0)
    assert files_of(tmp_path) == before
    (version,) = tracking.versions("toy_cells")
    assert tracking.model(version).candidate == "linear"
    assert len(tracking.audit("toy_cells")) == 1


def test_a_process_that_was_never_trained_has_nothing_to_clean(tracking):
    assert Cleaning(tracking).clean("toy_cells") == CleanupResult(0, 0, 0)
