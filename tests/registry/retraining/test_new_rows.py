"""Batches of new rows: what counts as history, and what is withdrawn."""

from types import SimpleNamespace

import pytest

from registry.retraining import new_rows as kept
from registry.retraining.new_rows import accepted, accepted_by_person, base_of, batches, end, ending, opening, withdraw
from registry.versions import FORCED_WHY, GATE, PASSED, PROMOTED_BY, REFUSED, RegistryError, Version


class Store:
    """A store whose runs are kept in a dictionary."""

    def __init__(self):
        self.tags = {}

    def runs(self, process, job):
        assert job == "retrain"
        return [
            SimpleNamespace(info=SimpleNamespace(run_id=run, start_time=1000 * place), data=SimpleNamespace(tags=tags))
            for place, (run, tags) in enumerate(self.tags.items())
            if process in (None, tags.get("batch_process", process))
        ]

    def log(self, run, tags):
        self.tags[run] |= tags

    def begin(self, run, base="train1", process="toy"):
        self.tags[run] = {"mlflow.user": "ann"} | opening(process, base, "new.csv", 12, "2026-03-01", "sha256:1", self)
        return self


RUNS = ("aaaaaaaa11", "bbbbbbbb22", "cccccccc33", "dddddddd44")


@pytest.fixture
def store():
    """Four batches on one training: accepted, rejected, accepted, and one whose job was cut off."""
    made = Store()
    for run in RUNS:
        made.begin(run)
    made.log(RUNS[0], ending(True, ""))
    made.log(RUNS[1], ending(False, "labels"))
    made.log(RUNS[2], ending(True, ""))
    return made


def test_history_is_what_was_accepted_in_order(store):
    assert [one.state for one in batches("toy", store)] == ["accepted", "rejected", "accepted", "pending"]
    assert [one.number for one in batches("toy", store)] == [1, 2, 3, 4]
    assert [one.run for one in accepted("toy", "train1", store)] == [RUNS[0], RUNS[2]]
    assert accepted("toy", "train2", store) == []


def test_states_of_older_runs_are_read_by_their_present_names(store):
    store.log(RUNS[1], {"batch_state": "refused"})
    store.log(RUNS[3], {"batch_state": "open"})
    assert [one.state for one in batches("toy", store)] == ["accepted", "rejected", "accepted", "pending"]
    end("toy", RUNS[3], False, "labels", store)
    assert batches("toy", store)[3].state == "rejected"


def test_two_batches_begun_together_both_count(store):
    given = opening("toy", "train1", "x.csv", 3, "2026-03-01", "sha256:2", store)
    for run in ("eeeeeeee55", "ffffffff66"):
        store.tags[run] = {"mlflow.user": "bob"} | given | ending(True, "")
    assert [one.number for one in batches("toy", store)][-2:] == [5, 5]
    assert [one.run for one in accepted("toy", "train1", store)][-2:] == ["eeeeeeee55", "ffffffff66"]


def test_a_withdrawn_batch_is_history_no_more_and_keeps_who_and_why(store, monkeypatch):
    monkeypatch.setattr(kept.getpass, "getuser", lambda: "eve")
    result = withdraw("aaaaaaaa", "another plant's file", store)
    assert (result.state, result.withdrawn_by, result.why, result.rows) == (
        "withdrawn",
        "eve",
        "another plant's file",
        12,
    )
    assert [one.run for one in accepted("toy", "train1", store)] == [RUNS[2]]
    assert batches("toy", store)[0] == result


@pytest.mark.parametrize(
    ("name", "reason", "message"),
    [
        ("aaaaaaaa", " ", "--reason: expected a reason, which is kept with the batch"),
        ("aaaa", "wrong", r"no batch aaaa, expected one of: aaaaaaaa, bbbbbbbb, cccccccc, dddddddd"),
        ("99999999", "wrong", "no batch 99999999, expected one of"),
        ("bbbbbbbb", "wrong", "toy: batch bbbbbbbb is rejected, only an accepted one is withdrawn"),
        ("dddddddd", "wrong", "toy: batch dddddddd is pending, only an accepted one is withdrawn"),
    ],
)
def test_what_cannot_be_withdrawn_is_named_and_nothing_changes(store, name, reason, message):
    before = batches("toy", store)
    with pytest.raises(RegistryError, match=message):
        withdraw(name, reason, store)
    assert batches("toy", store) == before


def version(number, parent, gate=PASSED, **tags):
    tags = {GATE: gate, **tags}
    return Version("toy", number, (), "linear", "2026", f"run{number}", parent, "1", "m", tags, {})


def test_the_base_is_the_newest_accepted_job_whose_rows_are_a_whole_table(store):
    first, second = version(1, "train1"), version(2, RUNS[0])
    assert base_of("toy", [first, second], store) == "train1"
    assert base_of("toy", [first, version(3, "train3", REFUSED)], store) == "train1"
    assert base_of("toy", [first, version(3, "train3", REFUSED, **{FORCED_WHY: "known"})], store) == "train3"
    assert base_of("toy", [first, version(3, "retrained before batches were")], store).startswith("retrained")
    with pytest.raises(RegistryError, match="toy: no accepted training to learn on from"):
        base_of("toy", [version(1, "train1", REFUSED), second], store)


def test_a_person_accepts_all_that_came_up_to_a_batch_whose_shift_or_version_was_accepted(store):
    result = accepted("toy", "train1", store)
    assert accepted_by_person(result, []) == 0
    promoted = SimpleNamespace(parent_run=result[-1].run, tags={PROMOTED_BY: "ann"})
    by_job = SimpleNamespace(parent_run=result[-1].run, tags={})
    assert accepted_by_person(result, [by_job]) == 0
    assert accepted_by_person(result, [promoted]) == len(result) == 2
    store.log(result[0].run, {"accepted_shift": "new anodes"})
    assert accepted_by_person(accepted("toy", "train1", store), [by_job]) == 1
