"""Jobs from those who ask to the worker that does them, through restarts, on SQLite and on PostgreSQL."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from records.jobs import worker as workers
from records.jobs.queue import BusyError, Job, Jobs, JobsError, RetrainingRequest
from records.jobs.worker import Worker
from tests.suite.waiting import until

ASKED = RetrainingRequest("toy_cells", "ann", accept_label_shift="a new laboratory")
RESULT = {"over": "judged", "result": {"promoted": True}}


def test_a_request_that_an_older_version_stored_is_read() -> None:
    stored = {"process": "toy_cells", "by": "ann", "only_if_drifted": True, "accept_shift": "x", "dry_run": False}
    assert RetrainingRequest.from_stored(stored) == RetrainingRequest("toy_cells", "ann", True, "x")


class Doing:
    """A job of three phases; each is over when the test says so."""

    def __init__(self, failure: str | None = None) -> None:
        self.over: list[Mapping[str, Any]] = []
        self.failure = failure
        self.asked_for: list[int] = []
        self.given_up = 0

    def phase(self, number: int, patience: float) -> Mapping[str, Any] | None:
        self.asked_for.append(number)
        if self.failure is not None:
            raise RuntimeError(self.failure)
        if number < len(self.over):
            return self.over[number]
        time.sleep(min(patience, 0.02))
        return None

    def progress(self) -> Mapping[str, Any]:
        return {"what": "learns", "done": len(self.over), "steps": 3, "lines": []}

    def give_up(self) -> None:
        self.given_up += 1


class Begun:
    """What begins jobs, in the order in which they were begun."""

    def __init__(self, *doing: Doing) -> None:
        self.left, self.jobs = list(doing), list[tuple[str, RetrainingRequest]]()

    def __call__(self, id: str, requested: RetrainingRequest) -> Doing:
        self.jobs.append((id, requested))
        return self.left.pop(0)


@pytest.fixture
def jobs(url: str) -> Iterator[Jobs]:
    with closing(Jobs(url)) as made:
        yield made


def state(jobs: Jobs, job: Job) -> str:
    result = jobs.get(job.id)
    assert result is not None
    return result.state


def test_a_job_is_done_phase_by_phase_and_what_came_of_it_is_kept(url: str, jobs: Jobs) -> None:
    job, doing = jobs.put(ASKED), Doing()
    assert (job.state, job.request, job.result) == ("queued", ASKED, None)
    started = Begun(doing)
    with Worker(url, "one", started):
        until(lambda: state(jobs, job) == "running")
        doing.over.append({"over": "rows"})
        until(lambda: 1 in doing.asked_for)
        until(lambda: jobs.of("toy_cells")[0].progress.get("done") == 1)
        doing.over.append(RESULT)
        until(lambda: state(jobs, job) == "done")
    (result,) = jobs.of("toy_cells")
    assert (result.result, result.reason, result.worker) == ({"promoted": True}, None, "one")
    assert result.at <= (result.ended or 0)
    assert started.jobs == [(job.id, ASKED)]
    assert doing.given_up > 0
    assert jobs.of("toy_ores") == []


def test_a_process_has_one_job_at_a_time_and_others_wait_for_nobody(jobs: Jobs) -> None:
    first = jobs.put(ASKED)
    with pytest.raises(BusyError, match=f"toy_cells: job {first.id} is queued; wait for its end, or cancel it"):
        jobs.put(ASKED)
    assert jobs.put(RetrainingRequest("toy_ores", "ann")).state == "queued"
    jobs.cancel(first.id)
    assert state(jobs, first) == "cancelled"
    assert jobs.put(ASKED).state == "queued"


def test_a_job_that_is_cut_off_goes_on_with_the_phase_that_was_not_over(url: str, jobs: Jobs) -> None:
    """The worker ends while the second phase lasts; the next one begins the work again and waits for that phase."""
    job, first, second = jobs.put(ASKED), Doing(), Doing()
    with Worker(url, "one", Begun(first)):
        first.over.append({"over": "rows"})
        until(lambda: 1 in first.asked_for)
    assert state(jobs, job) == "running"
    assert first.given_up > 0
    second.over += [{"over": "rows"}, RESULT]
    with Worker(url, "one", Begun(second)):
        until(lambda: state(jobs, job) == "done")
    assert second.asked_for == [1]


def test_a_job_whose_worker_is_gone_for_good_is_taken_up_by_another(
    url: str, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_SILENCE", 0.5)
    monkeypatch.setattr(workers, "_LOOK", 0.2)
    job, second = jobs.put(ASKED), Doing()
    with Worker(url, "one", Begun(Doing())):
        until(lambda: state(jobs, job) == "running")
    second.over.append(RESULT)
    with Worker(url, "two", Begun(second)):
        until(lambda: state(jobs, job) == "done")
    result = jobs.get(job.id)
    assert result is not None
    assert result.worker == "two"


def test_a_job_that_is_cancelled_while_it_runs_is_ended(url: str, jobs: Jobs) -> None:
    job, doing = jobs.put(ASKED), Doing()
    with Worker(url, "one", Begun(doing)):
        until(lambda: 0 in doing.asked_for)
        jobs.cancel(job.id)
        until(lambda: doing.given_up > 0)
        assert state(jobs, job) == "cancelled"


def test_what_a_job_fails_by_is_kept_in_one_line_and_the_next_is_done(url: str, jobs: Jobs) -> None:
    job, fails, works = jobs.put(ASKED), Doing("0 rows\nto judge on"), Doing()
    works.over.append(RESULT)
    with Worker(url, "one", Begun(fails, works)):
        until(lambda: state(jobs, job) == "failed")
        result = jobs.get(job.id)
        assert result is not None
        assert (result.reason, result.result) == ("0 rows to judge on", None)
        again = jobs.put(ASKED)
        until(lambda: state(jobs, again) == "done")
    assert [one.state for one in jobs.of("toy_cells")] == ["done", "failed"]


def test_a_worker_looks_at_processes_on_its_schedule(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_LOOK", 0.2)
    looks: list[float] = []

    def look() -> list[str]:
        looks.append(time.monotonic())
        return ["toy_cells: no drift"]

    with Worker(url, "one", Begun(), "* * * * * *", look):
        until(lambda: len(looks) > 1)
    with Worker(url, "one", Begun(), "", look):
        # looks that were under way are done to their end; the schedule of before had one each second
        until(lambda: time.monotonic() - looks[-1] > 4)


def test_a_schedule_that_is_none_is_named_before_any_job(url: str) -> None:
    with pytest.raises(
        JobsError,
        match=r"^NONFERROUS_MAINTENANCE_SCHEDULE: got 'every day', expected one as cron has it, 0 3 \* \* \*: ",
    ):
        with Worker(url, "one", Begun(), "every day", list):
            pytest.fail("it began")


@pytest.mark.parametrize("is_restored", [False, True], ids=["removed", "restored from a copy"])
def test_a_worker_ends_its_turn_where_the_file_of_the_jobs_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, is_restored: bool
) -> None:
    """Jobs that are put afterwards are done by the next turn, and the client that has put them is the one of before."""
    monkeypatch.setattr(workers, "_BEAT", 0.05)
    file, running = tmp_path / "jobs.db", Doing()
    with closing(Jobs(f"sqlite:///{file}")) as jobs:
        left = jobs.put(ASKED)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            source.backup(copy)
        with Worker(jobs.url, "one", Begun(running)) as worker:
            until(lambda: 0 in running.asked_for)
            for one in tmp_path.glob("jobs.db*"):
                one.unlink()
            if is_restored:
                (tmp_path / "copy.db").rename(file)
            worker.wait(threading.Event())
        assert running.given_up > 0
        assert any("the file was removed or replaced since it was opened" in line for line in caplog.messages)
        result = jobs.get(left.id)
        assert (result and result.state) == ("queued" if is_restored else None)
        job = result or jobs.put(ASKED)
        again = Doing()
        again.over.append(RESULT)
        with Worker(jobs.url, "one", Begun(again)):
            until(lambda: state(jobs, job) == "done")


def test_nothing_that_is_kept_is_a_pickle(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    with closing(Jobs(url)) as jobs:
        job, doing = jobs.put(ASKED), Doing()
        doing.over += [{"over": "rows"}, RESULT]
        with Worker(url, "one", Begun(doing)):
            until(lambda: state(jobs, job) == "done")
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as file:
        kinds = {kind for (kind,) in file.execute("select serialization from workflow_status")}
        kinds |= {kind for (kind,) in file.execute("select serialization from operation_outputs")}
    assert kinds == {"portable_json"}


def test_unfinished_jobs_are_named_by_their_process(jobs: Jobs) -> None:
    assert jobs.unfinished() == {}
    first = jobs.put(ASKED)
    jobs.put(RetrainingRequest("toy_ores", "ann"))
    assert jobs.unfinished() == {"toy_cells": "queued", "toy_ores": "queued"}
    jobs.cancel(first.id)
    assert jobs.unfinished() == {"toy_ores": "queued"}
    assert len(jobs.of("toy_cells", most=1)) == 1


def test_a_queue_that_was_never_used_is_not_made(tmp_path: Path) -> None:
    queue = Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")
    assert not queue.exist
    assert not (tmp_path / "jobs.db").exists()
    with closing(queue):
        queue.put(ASKED)
        assert queue.exist
