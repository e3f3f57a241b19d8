import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from records import outcomes as module
from records.database import Database, RecordsError
from records.outcomes import Outcome, accept, arrived, batches, in_effect, newest, revision, take, withdraw

DAY = "2026-11-01T00:00:00"


def outcome(y, unit="A", period=DAY, **more):
    return Outcome(unit, period, {"y": y, **more})


def known(database, unit="A", period=DAY, process="cells"):
    with database.read() as connection:
        return in_effect(connection, process, [(unit, period)]).get((unit, period))


def came(database, after=0):
    with database.read() as connection:
        return [
            [(one.unit, dict(one.values)) for one in batch.outcomes] for batch in arrived(connection, "cells", after)
        ]


def test_a_batch_is_kept_and_counted(database):
    batch = take(database, "cells", "lab", [outcome(91.0), outcome(92.0, "B")])
    assert (batch.rows, batch.new_rows, batch.corrected_rows, batch.unchanged_rows, batch.is_duplicate) == (
        2,
        2,
        0,
        0,
        False,
    )
    assert known(database) == {"y": 91.0}
    assert known(database, "C") is None
    assert known(database, process="others") is None


def test_the_same_batch_again_changes_nothing(database):
    first = take(database, "cells", "lab", [outcome(91.0), outcome(92.0, "B")])
    again = take(database, "cells", "lab", [outcome(91.0), outcome(92.0, "B")])
    assert (again.number, again.digest, again.is_duplicate, again.unchanged_rows) == (
        first.number,
        first.digest,
        True,
        2,
    )
    assert came(database) == [[("A", {"y": 91.0}), ("B", {"y": 92.0})]]


def test_what_is_known_already_is_not_kept_again_in_another_batch(database):
    take(database, "cells", "lab", [outcome(91.0)])
    batch = take(database, "cells", "lab", [outcome(91.0), outcome(93.0, "B")])
    assert (batch.new_rows, batch.corrected_rows, batch.unchanged_rows, batch.is_duplicate) == (1, 0, 1, False)
    assert came(database) == [[("A", {"y": 91.0})], [("B", {"y": 93.0})]]


def test_a_correction_counts_and_the_value_before_stays_in_the_database(database):
    take(database, "cells", "lab", [outcome(91.0)])
    batch = take(database, "cells", "lab", [outcome(90.5)])
    assert (batch.new_rows, batch.corrected_rows) == (0, 1)
    assert known(database) == {"y": 90.5}
    assert came(database) == [[], [("A", {"y": 90.5})]]
    withdraw(database, batch.number, "an engineer", "sample exchanged")
    assert known(database) == {"y": 91.0}


def test_other_columns_complete_what_is_known(database):
    take(database, "cells", "lab", [outcome(91.0)])
    batch = take(database, "cells", "lab", [Outcome("A", DAY, {"mass": 7.0})])
    assert (batch.new_rows, batch.corrected_rows) == (1, 0)
    assert known(database) == {"y": 91.0, "mass": 7.0}


def test_a_withdrawn_batch_counts_no_more_and_may_be_sent_again(database):
    first = take(database, "cells", "lab", [outcome(91.0)])
    assert withdraw(database, first.number, "an engineer", "wrong file") == "cells"
    assert known(database) is None
    assert came(database) == []
    again = take(database, "cells", "lab", [outcome(91.0)])
    assert (again.is_duplicate, again.new_rows) == (False, 1)
    assert again.number > first.number


def test_a_batch_is_withdrawn_once(database):
    batch = take(database, "cells", "lab", [outcome(91.0)])
    withdraw(database, batch.number, "one", "why")
    with pytest.raises(RecordsError, match=f"batch {batch.number}: it was withdrawn already, by one"):
        withdraw(database, batch.number, "another", "why")
    with pytest.raises(RecordsError, match="batch 999: there is no such batch"):
        withdraw(database, 999, "one", "why")


def test_corrections_and_withdrawals_make_what_was_computed_stale(database):
    def now():
        with database.read() as connection:
            return revision(connection, "cells")

    assert now() == 0
    first = take(database, "cells", "lab", [outcome(91.0)])
    assert now() == 0
    take(database, "cells", "lab", [outcome(92.0)])
    corrected = now()
    assert corrected > 0
    withdraw(database, first.number, "one", "why")
    assert now() > corrected


def test_outcomes_behind_a_number_come_in_their_order(database):
    for day, y in ((1, 91.0), (3, 93.0), (2, 92.0)):
        take(database, "cells", "lab", [outcome(y, period=f"2026-11-0{day}T00:00:00")])
    assert [values["y"] for ((_, values),) in came(database)] == [91.0, 93.0, 92.0]
    with database.read() as connection:
        upto = [batch.last_outcome for batch in arrived(connection, "cells")]
        assert newest(connection, "cells") == upto[-1]
        assert newest(connection, "others") == 0
    assert came(database, upto[1]) == [[("A", {"y": 92.0})]]
    assert came(database, upto[2]) == []


def test_many_outcomes_are_found_again(database):
    many = [outcome(float(i), f"U{i}") for i in range(700)]
    assert take(database, "cells", "lab", many).new_rows == 700
    assert take(database, "cells", "lab", [*many, outcome(1.0, "more")]).unchanged_rows == 700


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("AB"), st.dictionaries(st.sampled_from("yz"), st.integers(0, 2), min_size=1), min_size=1
        ),
        max_size=6,
    )
)
@settings(max_examples=25)
def test_what_counts_is_the_newest_value_of_each_column(tmp_path_factory, batches):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.db'}")
    expected = {}
    for batch in batches:
        take(database, "cells", "lab", [Outcome(unit, DAY, values) for unit, values in batch.items()])
        for unit, values in batch.items():
            expected.setdefault(unit, {}).update(values)
    with database.read() as connection:
        assert in_effect(connection, "cells", [(unit, DAY) for unit in "AB"]) == {
            (unit, DAY): values for unit, values in expected.items()
        }
        last = {
            (one.unit, name): value
            for batch in arrived(connection, "cells")
            for one in batch.outcomes
            for name, value in one.values.items()
        }
    assert last == {(unit, name): value for unit, values in expected.items() for name, value in values.items()}
    database.close()


def accepted(database):
    with database.read() as connection:
        return [(one.batch, one.accepted) for one in arrived(connection, "cells")]


def test_a_batch_is_accepted_once_and_what_was_computed_is_stale_then(database):
    first, second = (take(database, "cells", "lab", [outcome(91.0, unit)]) for unit in "AB")
    assert accepted(database) == [(first.number, False), (second.number, False)]
    with database.read() as connection:
        before = revision(connection, "cells")
    assert accept(database, second.number, "an engineer", "new anodes") == "cells"
    assert accepted(database) == [(first.number, False), (second.number, True)]
    with database.read() as connection:
        assert revision(connection, "cells") > before
        assert [one.accepted for one in batches(connection, "cells")] == [None, "an engineer: new anodes"]
    with pytest.raises(RecordsError, match=f"batch {second.number}: it was accepted already, by an engineer"):
        accept(database, second.number, "another", "why")
    with pytest.raises(RecordsError, match="batch 999: there is no such batch"):
        accept(database, 999, "one", "why")


def test_a_withdrawn_batch_is_not_accepted_and_an_accepted_one_may_be_withdrawn(database):
    first, second = (take(database, "cells", "lab", [outcome(91.0, unit)]) for unit in "AB")
    withdraw(database, first.number, "one", "why")
    with pytest.raises(RecordsError, match=f"batch {first.number}: it was withdrawn already, by one"):
        accept(database, first.number, "another", "why")
    accept(database, second.number, "one", "why")
    withdraw(database, second.number, "one", "it was wrong after all")
    assert accepted(database) == []


def test_batches_of_before_anybody_could_accept_one_are_kept(older, url):
    with older("0006") as connection:
        values = {"number": 7, "process": "cells", "digest": "sha256:1", "at": 1, "client": "lab", "rows": 1}
        columns = ", ".join([*values, "corrected"])
        marks = ", ".join(f":{name}" for name in [*values, "corrected"])
        connection.execute(
            text(f"INSERT INTO outcome_batches ({columns}) VALUES ({marks})"), {**values, "corrected": 0}
        )
    database = Database(url)
    assert accept(database, 7, "one", "why") == "cells"
    with database.read() as connection:
        assert [(one.number, one.accepted) for one in batches(connection, "cells")] == [(7, "one: why")]
    database.close()


def test_what_is_raised_before_the_commit_lets_nothing_be_kept(database):
    def late():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        take(database, "cells", "lab", [outcome(91.0)], late)
    assert known(database) is None
    with database.read() as connection:
        assert batches(connection, "cells") == []


def test_outcomes_that_came_in_while_a_batch_was_read_count_as_known(database, monkeypatch):
    before, original = [], module._fresh

    def meanwhile(connection, process, outcomes):
        fresh = original(connection, process, outcomes)
        if not before:
            before.append(True)
            take(database, "cells", "another", [outcome(90.0)])
        return fresh

    monkeypatch.setattr(module, "_fresh", meanwhile)
    batch = take(database, "cells", "lab", [outcome(91.0), outcome(92.0, "B")])
    assert (batch.new_rows, batch.corrected_rows) == (1, 1)
    assert known(database) == {"y": 91.0}
