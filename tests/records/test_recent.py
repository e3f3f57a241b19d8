import pytest

from records import recent
from records.requests import LARGE, insert, split

OTHER = {"process": "toy_furnaces"}


@pytest.fixture
def keep(database, stored_exchange):
    """Records exchanges, each with its parts."""

    def written(*bodies, **more):
        for body in bodies:
            insert(database, split(stored_exchange(body, **more)))

    return written


def read(database, process="toy_cells", operation="predictions", most=10):
    with database.read() as connection:
        return list(recent.newest_first(connection, process, operation, most))


def test_the_newest_of_one_operation_come_first(database, keep):
    keep(b"1", b"2", b"3", response_prefix=b'{"predictions":[', response_body=b"]}")
    keep(b"4", operation="warnings")
    keep(b"5", **OTHER)
    assert [one.request_body for one in read(database)] == [b"3", b"2", b"1"]
    assert [one.request_body for one in read(database, most=2)] == [b"3", b"2"]
    assert {one.response for one in read(database)} == {b'{"predictions":[]}'}
    assert read(database, "toy_lots") == []


def test_exchanges_are_followed_by_their_numbers(database, keep):
    with database.read() as connection:
        assert recent.newest_number(connection) == 0
    keep(b"1", b"2")
    with database.read() as connection:
        last = recent.newest_number(connection)
    keep(b"3", operation="warnings")
    keep(b"4", **OTHER)
    with database.read() as connection:
        numbers = recent.numbers_after(connection, last, 10)
        assert [one.request_body for one in recent.by_number(connection, numbers)] == [b"3", b"4"]
        assert recent.numbers_after(connection, last, 1) == numbers[:1]
        assert list(recent.by_number(connection, [])) == []


def test_bodies_of_several_parts_are_whole(database, keep):
    body = b"x" * (2 * LARGE + 5)
    keep(body, response_body=b"y" * 10)
    (one,) = read(database)
    assert (one.request_body, one.response) == (body, b"y" * 10)


def test_a_bulk_request_for_predictions_is_left_out(database, keep):
    keep(b"small", b"x" * (recent.MOST_PARTS * LARGE + 1))
    assert [one.request_body for one in read(database)] == [b"small"]


def test_a_long_history_hides_no_warning(database, keep):
    keep(b"x" * (10 * LARGE), operation="warnings", response_body=b"w" * (LARGE + 1))
    (one,) = read(database, operation="warnings")
    assert one.response == b"w" * (LARGE + 1)
    keep(b"x", operation="warnings", response_body=b"w" * LARGE, more=[b"w" * LARGE] * recent.MOST_PARTS)
    assert len(read(database, operation="warnings")) == 1
