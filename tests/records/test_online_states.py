"""States of models that have followed farthest, in SQLite and PostgreSQL."""

from records.online_states import State, newest, save


def test_those_that_have_followed_farthest_are_the_newest(database):
    with database.begin() as connection:
        for process, digest, upto in (("cells", "a", 3), ("cells", "b", 5), ("cells", "c", 5), ("ores", "a", 9)):
            save(connection, process, digest, State(upto, 0, digest))
    with database.read() as connection:
        assert sorted(one.content for one in newest(connection, "cells")) == ["b", "c"]
        assert newest(connection, "lots") == []
