"""Decisions of users: stored with their audit entry, refused in one sentence."""

import pytest

from records import audit, user_decisions
from records.database import now
from records.user_decisions import LONGEST, MOST_CHARACTERS, DecisionError, UserDecision, record

ON_ADVICE = {"process": "toy", "unit": "槽-01", "event": "", "period": "2026-01-02T00:00:00", "record": "r-1"}
ON_ALARM = ON_ADVICE | {"event": "hot"}


def decision(**fields) -> UserDecision:
    return UserDecision(**(ON_ADVICE | {"actor": "shift A"} | fields))


def all_of(database):
    with database.read() as connection:
        return user_decisions.after(connection, 0, 100), list(audit.entries(connection))


def test_a_decision_is_read_as_it_was_recorded_and_stands_in_the_audit(database):
    content = {"moves": {"voltage": -0.05}, "effects": {"ce": {"value": 0.4, "unit": "%"}}}
    stored = record(database, decision(action="accept", content=content, reason="as discussed"))
    (read,), (entry,) = all_of(database)
    assert read == stored
    assert (read.content, read.unit, read.number) == (content, "槽-01", 1)
    assert (entry.actor, entry.action, entry.subject) == ("shift A", "recommendation accept", "toy, decision 1")
    assert (entry.reason, entry.figures["unit"]) == ("as discussed", "槽-01")
    with database.read() as connection:
        assert audit.faults(connection) == []


def test_decisions_after_a_number_are_the_newest_in_their_order(database):
    for unit in "ABCD":
        record(database, decision(action="accept", unit=unit))
    with database.read() as connection:
        assert [one.unit for one in user_decisions.after(connection, 1, 2)] == ["C", "D"]
        assert user_decisions.newest_number(connection) == 4
        assert [one.unit for one in user_decisions.on_recommendations(connection, "toy")] == list("ABCD")
        assert list(user_decisions.on_recommendations(connection, "other")) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"action": "shelve", "until": 1}, "action: got 'shelve'", id="shelving of a recommendation"),
        pytest.param({**ON_ALARM, "action": "accept"}, "action: got 'accept'", id="acceptance of an alarm"),
        pytest.param({"action": "decline"}, "reason: got none", id="no reason"),
        pytest.param({"action": "decline", "reason": "  \n"}, "reason: got none", id="blank reason"),
        pytest.param(
            {"action": "accept", "reason": "长" * (MOST_CHARACTERS + 1)}, "got 501 characters", id="long reason"
        ),
        pytest.param({"action": "postpone", "reason": "x"}, "until: got None", id="no end"),
        pytest.param({"action": "postpone", "reason": "x", "until": 5}, "until: got 5", id="end in the past"),
        pytest.param({"action": "accept", "until": 5}, "until: got 5", id="end of an acceptance"),
    ],
)
def test_what_is_no_decision_is_refused_and_nothing_is_stored(database, fields, message):
    with pytest.raises(DecisionError, match=message):
        record(database, decision(**fields))
    assert all_of(database) == ([], [])


@pytest.mark.parametrize(("margin", "is_allowed"), [(-60_000_000, True), (60_000_000, False)], ids=["within", "after"])
def test_the_longest_shelving_is_a_day(database, margin, is_allowed):
    shelving = decision(**ON_ALARM, action="shelve", reason="repair", until=now() + LONGEST + margin)
    if is_allowed:
        stored = record(database, shelving)
        assert stored.is_in_force(now())
        assert not stored.is_in_force(now() + LONGEST)
    else:
        with pytest.raises(DecisionError, match="within the next 24 h"):
            record(database, shelving)
