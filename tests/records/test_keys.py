import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from records.audit import entries, faults
from records.database import Database, RecordsError
from records.keys import SHOWN, digest_of, make, note_use, read, revoke
from records.schema import KEYS


def test_a_key_has_256_random_bits_and_only_its_digest_is_kept(database):
    keys = [make(database, "me", "line 1", ["predict"]) for _ in range(5)]
    assert len(set(keys)) == 5
    assert all(re.fullmatch(r"nf_[A-Za-z0-9_-]{43}", key) for key in keys)
    with database.begin() as connection:
        retained = connection.execute(select(KEYS)).all()
    assert [row.digest for row in retained] == [digest_of(key) for key in keys]
    assert not any(key[SHOWN:] in str(tuple(row)) for key, row in zip(keys, retained, strict=True))


def test_what_is_said_of_a_key_is_kept(database):
    ends = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    key = make(database, "me", "shift, line", ["predict", "outcome"], ["pots", "cells"], ends)
    (retained,) = read(database)
    assert (retained.prefix, retained.owner, retained.expires_at, retained.revoked_at) == (
        key[:SHOWN],
        "shift, line",
        ends,
        None,
    )
    assert (retained.roles, retained.processes) == (("predict", "outcome"), ("pots", "cells"))
    assert abs((retained.created_at - datetime.now(UTC)).total_seconds()) < 60


def test_a_key_is_valid_until_it_ends_or_is_revoked(database):
    now = datetime.now(UTC)
    ended, lasting = (make(database, "me", "x", ["predict"], expires_at=now + timedelta(days=days)) for days in (-1, 1))
    assert [one.is_valid for one in read(database)] == [False, True]
    assert revoke(database, "me", lasting[:SHOWN]).prefix == lasting[:SHOWN]
    assert [one.is_valid for one in read(database)] == [False, False]
    assert revoke(database, "me", ended).prefix == ended[:SHOWN]


def test_a_key_that_is_none_or_was_revoked_is_named(database):
    key = make(database, "me", "x", ["operate"])
    revoke(database, "me", key)
    with pytest.raises(RecordsError, match=f"key {key[:SHOWN]}: it is revoked since "):
        revoke(database, "me", key)
    with pytest.raises(RecordsError, match="key nf_nobody_h: there is no such key"):
        revoke(database, "me", "nf_nobody_has_this")


def test_the_audit_says_who_made_and_revoked_a_key_and_holds_none(database):
    key = make(database, "ann", "line 1", ["predict"])
    revoke(database, "bob", key)
    with database.read() as connection:
        message = list(entries(connection))
        assert faults(connection) == []
    assert [(one.actor, one.action, one.subject) for one in message] == [
        ("ann", "key", key[:SHOWN]),
        ("bob", "key", key[:SHOWN]),
    ]
    assert [one.reason for one in message] == ["made for line 1", "revoked, of line 1"]
    assert key[SHOWN:] not in str(message)


def test_the_last_use_of_some_keys_is_kept(database):
    used, other = (make(database, "me", "line 1", ["predict"])[:SHOWN] for _ in range(2))
    assert [one.used_at for one in read(database)] == [None, None]
    note_use(database, [used, "nf_nobody's"])
    first, second = read(database)
    assert (first.prefix, second.prefix, second.used_at) == (used, other, None)
    assert abs((first.used_at - datetime.now(UTC)).total_seconds()) < 60
    note_use(database, [used])
    assert read(database)[0].used_at >= first.used_at


def test_keys_of_tables_from_before_their_use_was_kept_go_on(url, older):
    old = {"prefix": "nf_abc", "digest": "0" * 64, "owner": "line 1", "roles": "predict", "processes": "", "made_at": 1}
    with older("0003") as connection:
        values = ", ".join(f":{name}" for name in old)
        connection.execute(text(f"INSERT INTO keys ({', '.join(old)}) VALUES ({values})"), old)
    database = Database(url)
    (retained,) = read(database)
    database.close()
    assert (retained.prefix, retained.is_valid, retained.used_at) == ("nf_abc", True, None)
