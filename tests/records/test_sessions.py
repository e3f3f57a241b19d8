import re

import pytest
from sqlalchemy import insert, select

from records import sessions
from records.database import now
from records.schema import SESSIONS

KEY = "ab" * 32


def stored(database):
    with database.read() as connection:
        return connection.execute(select(SESSIONS)).all()


def test_a_token_has_256_random_bits_and_only_its_digest_is_stored(database):
    tokens = [sessions.begin(database, KEY) for _ in range(5)]
    assert len(set(tokens)) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)
    assert {row.digest for row in stored(database)} == set(map(sessions.digest_of, tokens))
    assert not any(token in str(tuple(row)) for token in tokens for row in stored(database))


def test_a_session_is_one_of_its_key_until_it_is_ended(database):
    one, other = sessions.begin(database, KEY), sessions.begin(database, "cd" * 32)
    assert (sessions.key_of(database, one), sessions.key_of(database, other)) == (KEY, "cd" * 32)
    sessions.end(database, one)
    assert (sessions.key_of(database, one), sessions.key_of(database, other)) == (None, "cd" * 32)
    sessions.end(database, one)


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "'; DROP TABLE sessions; --", "\N{SNOWMAN}" * 500])
def test_any_other_text_is_no_session(database, token):
    sessions.begin(database, KEY)
    assert sessions.key_of(database, token) is None


@pytest.mark.parametrize(
    ("created", "used", "goes_on"),
    [
        pytest.param(0, 0, True, id="new"),
        pytest.param(sessions.LONGEST - 10**7, sessions.IDLE - 10**7, True, id="shortly before both ends"),
        pytest.param(sessions.IDLE + 10**7, sessions.IDLE + 10**7, False, id="idle"),
        pytest.param(sessions.LONGEST + 10**7, 0, False, id="too old, though in use"),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(database, created, used, goes_on):
    token, moment = "t" * 43, now()
    values = {"digest": sessions.digest_of(token), "key": KEY, "created_at": moment - created, "used_at": moment - used}
    with database.begin() as connection:
        connection.execute(insert(SESSIONS).values(values))
    assert (sessions.key_of(database, token) == KEY) is goes_on
    sessions.begin(database, KEY)
    assert len(stored(database)) == 1 + goes_on  # what has ended is removed


def test_use_of_a_session_is_noted_once_a_minute(database):
    token, moment = "t" * 43, now()
    values = {"digest": sessions.digest_of(token), "key": KEY, "created_at": moment - 10**9, "used_at": moment - 10**9}
    with database.begin() as connection:
        connection.execute(insert(SESSIONS).values(values))
    sessions.key_of(database, token)
    (first,) = stored(database)
    assert first.used_at >= moment
    sessions.key_of(database, token)
    assert stored(database) == [first]
