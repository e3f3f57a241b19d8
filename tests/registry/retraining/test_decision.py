"""What a retraining job decided is carried out once, at whatever moment it was cut off, with a store for MLflow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace

import pytest

from registry.retraining.decision import (
    JOB,
    VERDICT,
    VERDICT_WHY,
    Decision,
    finished,
    keep_decision,
    settle,
    settle_left,
)
from registry.retraining.new_rows import RowBatch, batches, opening, withdraw
from registry.retraining.running_shadow import RunningShadow
from registry.retraining.shadow_period import in_shadow
from registry.versions import GATE, GATE_REASONS, PASSED, REFUSED, AliasMove, Version

FIGURES = {"gain": 0.25, "rows": 40.0}
BEGIN = datetime(2026, 11, 27, 9, tzinfo=UTC)
SHADOW = RunningShadow(BEGIN, BEGIN + timedelta(days=14), 1)
UNTIL = "2026-12-11T09:00:00+00:00"


class CutError(BaseException):
    """The job ends here."""


class Store:
    """Version 1 is champion, 2 is the job's, whose new rows are an open batch; it is cut off after so many writes."""

    def __init__(self, gate: str = PASSED, left: int = 1000, **aliases: int):
        where = ("linear", "2026-01-01", "run", "parent-run", "1", "model")
        self.batch: dict[str, str] = {}
        self.batch = {"mlflow.user": "ann"} | opening("p", "training", "new.csv", 12, "2026-03-01", "sha256:1", self)
        tags = {GATE: gate, GATE_REASONS: "too few labels" if gate == REFUSED else ""}
        self.tags = {0: {}, 1: {}, 2: tags}
        self.aliases: dict[str, int] = {"champion": 1, **aliases}
        self.moves: list[AliasMove] = []
        self.left, self.where = left, where

    def _write(self) -> None:
        if self.left == 0:
            raise CutError
        self.left -= 1

    def versions(self, process: str) -> list[Version]:
        held = {number: tuple(a for a, at in self.aliases.items() if at == number) for number in self.tags}
        return [Version("p", number, held[number], *self.where, self.tags[number], {}) for number in self.tags]

    def runs(self, process: str, job: str) -> list[SimpleNamespace]:
        about = SimpleNamespace(run_id="parent-run", start_time=0)
        return [SimpleNamespace(info=about, data=SimpleNamespace(tags=self.batch))]

    def log(self, run: str, tags: dict[str, str]) -> None:
        """All tags of a run at once, as the real one."""
        assert run == "parent-run"
        self._write()
        self.batch |= tags

    @property
    def new_rows(self) -> RowBatch:
        (result,) = batches("p", self)
        return result

    def audit(self, process: str) -> list[AliasMove]:
        return list(self.moves)

    def tag_version(self, process: str, number: int, tags: dict[str, str]) -> None:
        for name, value in tags.items():
            self._write()
            self.tags[number][name] = value

    def untag_version(self, process: str, number: int, name: str) -> None:
        self._write()
        del self.tags[number][name]

    def move_alias(self, process, alias, after, action, reason, metrics) -> AliasMove:
        """The audit first, then the alias, as the real one."""
        self._write()
        before = self.aliases.get(alias)
        self.moves.append(
            AliasMove("2026-01-01", "ann", action, alias, before, after, reason, metrics, len(self.moves))
        )
        self._write()
        if after is None:
            del self.aliases[alias]
        else:
            self.aliases[alias] = after
        return self.moves[-1]


def decide(store: Store, promoted: bool = True, shadow: RunningShadow | None = None, shift: str = "") -> None:
    keep_decision("p", 2, promoted, "better", FIGURES, shift, 1, store, shadow)
    settle("p", 2, store)


@pytest.mark.parametrize("promoted", [True, False])
def test_a_job_that_is_cut_off_at_any_write_ends_as_one_that_is_not(promoted):
    whole = Store()
    whole.tag_version("p", 2, {JOB: "j"})
    decide(whole, promoted)
    expected = {"champion": 2} if promoted else {"champion": 1, "challenger": 2}
    assert whole.aliases == expected
    for writes in count(1):
        store = Store(left=writes)
        try:
            store.tag_version("p", 2, {JOB: "j"})
            decide(store, promoted)
        except CutError:
            store.left = 1000
            assert set(store.aliases) <= {"champion", "challenger"}
            assert store.aliases["champion"] in (1, 2)
            assert VERDICT not in store.tags[2] or store.aliases == expected  # no tag says what is not so
            result = finished("p", "j", store)
            if result is None:  # it was cut off before it had decided
                assert store.aliases == {"champion": 1}
                assert store.new_rows.state == "pending"
                continue
        else:
            break
        assert result == Decision(2, promoted, "better", (), FIGURES)
        assert store.aliases == expected
        assert store.new_rows.state == "accepted"
        message = {VERDICT: "promoted" if promoted else "not promoted", VERDICT_WHY: "better"}
        assert store.tags[2].items() >= message.items() <= store.batch.items()
    assert writes > 6


def test_what_was_carried_out_is_not_carried_out_again():
    store = Store()
    store.tag_version("p", 2, {JOB: "j"})
    decide(store)
    moves = len(store.moves)
    assert finished("p", "j", store) == Decision(2, True, "better", (), FIGURES)
    assert len(store.moves) == moves
    assert finished("p", "another", store) is None


def test_a_champion_that_somebody_has_put_back_meanwhile_stays_put_back():
    store = Store()
    store.tag_version("p", 2, {JOB: "j"})
    decide(store)
    store.move_alias("p", "champion", 1, "rollback", "by hand", {})
    finished("p", "j", store)
    assert store.aliases["champion"] == 1


def test_new_rows_that_somebody_has_withdrawn_meanwhile_stay_withdrawn():
    store = Store()
    store.tag_version("p", 2, {JOB: "j"})
    decide(store)
    withdraw("parent-run", "rows of another line", store)
    finished("p", "j", store)
    assert (store.new_rows.state, store.new_rows.why) == ("withdrawn", "rows of another line")


def test_why_a_shift_was_accepted_stays_with_the_new_rows_that_a_job_taken_up_again_accepts():
    store = Store(left=2)
    store.tag_version("p", 2, {JOB: "j"})
    with pytest.raises(CutError):
        decide(store, shift="shift accepted: a new laboratory")
    assert store.new_rows.state == "pending"
    store.left = 1000
    finished("p", "j", store)
    assert (store.new_rows.state, store.new_rows.why) == ("accepted", "shift accepted: a new laboratory")


def test_labels_that_a_person_accepted_are_history_though_the_gate_refuses_the_model():
    """Else the shift is no part of the past, and stops every file that comes after it."""
    store = Store(REFUSED)
    decide(store, promoted=False, shift="shift accepted: a new balance")
    assert (store.new_rows.state, store.new_rows.why) == ("accepted", "shift accepted: a new balance")
    assert store.aliases == {"champion": 1}


def test_what_the_gate_refused_gets_no_alias_and_its_reasons_are_given():
    store = Store(REFUSED)
    store.tag_version("p", 2, {JOB: "j"})
    decide(store, promoted=False)
    assert store.aliases == {"champion": 1}
    assert (store.new_rows.state, store.new_rows.why) == ("rejected", "too few labels")
    result = finished("p", "j", store)
    assert result is not None
    assert result.reasons == ("too few labels",)
    assert result.line == "version 2 was not promoted: better"
    assert replace(result, promoted=True).line == "version 2 was promoted: better"


def test_a_decision_for_a_shadow_that_is_cut_off_at_any_write_ends_as_one_that_is_not():
    expected = {"champion": 1, "challenger": 2, "shadow": 2}
    for writes in count(1):
        store = Store(left=writes, challenger=0, shadow=0)
        try:
            store.tag_version("p", 2, {JOB: "j"})
            decide(store, shadow=SHADOW)
        except CutError:
            store.left = 1000
            result = finished("p", "j", store)
            if result is None:
                assert store.aliases == {"champion": 1, "challenger": 0, "shadow": 0}
                continue
        else:
            break
        assert result == Decision(2, False, "better", (), FIGURES, UNTIL)
        assert store.aliases == expected
        assert in_shadow(store.versions("p"))[1] == SHADOW
    assert writes > 8
    assert store.aliases == expected
    (begin,) = [move for move in store.moves if move.alias == "shadow"]
    assert (begin.before, begin.after, begin.metrics) == (0, 2, FIGURES)
    assert begin.why == "until 2026-12-11 09:00 UTC: better"
    result = finished("p", "nobody", store) or settle("p", 2, store)
    assert result.line == "version 2 passed the gate; it answers in shadow until 2026-12-11 09:00 UTC: better"
    assert len(store.moves) == 2  # challenger and shadow, each once


def test_a_newer_challenger_ends_an_older_shadow_and_a_refused_version_does_not():
    for gate, expected in ((PASSED, {"champion": 1, "challenger": 2}), (REFUSED, {"champion": 1, "shadow": 0})):
        store = Store(gate, shadow=0)
        decide(store, promoted=False)
        assert store.aliases == expected
    assert [move.alias for move in store.moves] == []


def test_a_version_that_is_promoted_by_hand_amid_its_shadow_stays_champion():
    store = Store()
    decide(store, shadow=SHADOW)
    store.move_alias("p", "champion", 2, "promote", "by hand", {})
    for alias in ("challenger", "shadow"):
        store.move_alias("p", alias, None, "withdraw", "version 2 is champion now", {})
    settle("p", 2, store)
    assert store.aliases == {"champion": 2}


def failed(store: Store, shadow: RunningShadow | None = None) -> None:
    """A job whose store takes what it decides, and nothing more."""
    store.left = 2
    store.tag_version("p", 2, {JOB: "j"})
    with pytest.raises(CutError):
        decide(store, shadow=shadow)
    store.left = 1000


def test_what_a_job_has_decided_that_failed_is_carried_out_by_the_next_one():
    store = Store()
    failed(store)
    assert VERDICT not in store.tags[2]
    assert store.aliases == {"champion": 1}
    assert settle_left("p", store) == [Decision(2, True, "better", (), FIGURES)]
    assert (store.aliases, store.tags[2][VERDICT], store.new_rows.state) == ({"champion": 2}, "promoted", "accepted")
    assert settle_left("p", store) == []


@pytest.mark.parametrize("shadow", [None, SHADOW])
def test_a_champion_that_was_made_meanwhile_stays_and_the_version_is_said_to_be_none(shadow):
    store = Store()
    failed(store, shadow)
    store.move_alias("p", "champion", 0, "promote", "by hand", {})
    reason = "better; not carried out: version 0 has become champion since"
    for _ in range(2):  # and so it stays, whoever looks again
        assert finished("p", "j", store) == Decision(2, False, reason, (), FIGURES)
        assert store.aliases == {"champion": 0}
        assert (store.tags[2][VERDICT], store.tags[2][VERDICT_WHY]) == ("not promoted", reason)
        store.move_alias("p", "champion", 1, "rollback", "by hand", {})
        assert finished("p", "j", store) == Decision(2, False, reason, (), FIGURES)
        store.move_alias("p", "champion", 0, "promote", "by hand", {})
    assert store.new_rows.state == "accepted"  # rows are history whoever is champion


def test_a_version_of_which_nothing_was_decided_is_left_alone():
    store = Store(left=1)
    store.tag_version("p", 2, {JOB: "j"})
    with pytest.raises(CutError):
        decide(store)
    store.left = 1000
    assert settle_left("p", store) == []
    assert (store.aliases, store.new_rows.state) == ({"champion": 1}, "pending")
