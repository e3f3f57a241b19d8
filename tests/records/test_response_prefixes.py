import pytest
from sqlalchemy import func, select, text

from records.database import Database, RecordsError
from records.request_index import by_id
from records.requests import MOST_AT_ONCE, insert, recorded
from records.response_prefixes import DAY
from records.retention import remove
from records.schema import REQUESTS, RESPONSE_PREFIXES

HEAD = b'{"factors":"' + b"x" * 2000 + b'","predictions":['


def answers(database):
    with database.read() as connection:
        return [one.response for one in recorded(connection, "toy_cells")]


def heads(database):
    with database.read() as connection:
        return connection.execute(
            select(RESPONSE_PREFIXES.c.day, RESPONSE_PREFIXES.c.content).order_by(RESPONSE_PREFIXES.c.number)
        ).all()


@pytest.mark.parametrize("count", [1, MOST_AT_ONCE, 3 * MOST_AT_ONCE + 5])
def test_answers_with_one_head_are_read_byte_for_byte_and_hold_it_once(database, stored_exchange, count):
    ends = [b"%d]}" % i for i in range(count)]
    insert(database, [stored_exchange(response_prefix=HEAD, response_body=end, at=DAY) for end in ends])
    insert(
        database,
        [
            stored_exchange(response_prefix=HEAD, response_body=b"1]}", at=DAY),
            stored_exchange(response_body=b"{}", at=DAY),
        ],
    )
    assert answers(database) == [*(HEAD + end for end in ends), HEAD + b"1]}", b"{}"]
    assert heads(database) == [(1, HEAD)]
    with database.read() as connection:
        assert connection.scalar(select(func.max(func.length(REQUESTS.c.response_body)))) < 10


def test_each_day_and_each_beginning_has_a_head_of_its_own(database, stored_exchange):
    insert(
        database,
        [
            stored_exchange(response_prefix=head, response_body=b"]}", at=day * DAY)
            for day in (3, 4)
            for head in (HEAD, HEAD[1:])
        ],
    )
    assert answers(database) == [HEAD + b"]}", HEAD[1:] + b"]}"] * 2
    assert sorted(heads(database)) == sorted((day, head) for day in (3, 4) for head in (HEAD, HEAD[1:]))


def test_services_over_one_database_share_heads(database, stored_exchange, url):
    other = Database(url)
    for one in (database, other, database):
        insert(one, [stored_exchange(response_prefix=HEAD, response_body=b"]}", at=DAY)])
    other.close()
    assert (answers(database), len(heads(database))) == ([HEAD + b"]}"] * 3, 1)


def test_a_head_that_was_rolled_back_is_stored_again(database, stored_exchange):
    known = stored_exchange()
    insert(database, [known])
    with pytest.raises(RecordsError, match=r"(?i)unique"):
        insert(database, [stored_exchange(response_prefix=HEAD), known])
    assert heads(database) == []
    insert(database, [stored_exchange(response_prefix=HEAD, response_body=b"]}")])
    assert answers(database) == [b"{}", HEAD + b"]}"]


def test_after_an_error_no_head_is_taken_for_stored(database, stored_exchange):
    insert(database, [stored_exchange(response_prefix=HEAD, response_body=b"]}")])
    with database.begin() as connection:  # a server that answers after another one died may lack what came last
        connection.execute(RESPONSE_PREFIXES.delete())
        connection.execute(REQUESTS.delete())
    with pytest.raises(RecordsError), database.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    insert(database, [stored_exchange(response_prefix=HEAD, response_body=b"]}")])
    assert answers(database) == [HEAD + b"]}"]


def test_heads_go_when_no_request_can_refer_to_them(database, stored_exchange):
    for day in range(10, 15):
        insert(
            database,
            [
                stored_exchange(response_prefix=HEAD, response_body=b"]}", at=day * DAY + hour * DAY // 24)
                for hour in (0, 23)
            ],
        )
    assert remove(database, 13 * DAY + 1, "an engineer") == 7
    assert [day for day, _ in heads(database)] == [12, 13, 14]
    assert answers(database) == [HEAD + b"]}"] * 3


def test_what_was_recorded_before_there_were_heads_is_read_as_it_was(url, older, first_form, stored_exchange):
    with older("0002") as connection:
        old = first_form(stored_exchange(b'{"rows":[1]}', response_body=HEAD + b"]}"))
        values = ", ".join(f":{name}" for name in old)
        connection.execute(text(f"INSERT INTO requests ({', '.join(old)}) VALUES ({values})"), old)
    database = Database(url)
    insert(database, [stored_exchange(response_prefix=HEAD, response_body=b"2]}")])
    assert answers(database) == [HEAD + b"]}", HEAD + b"2]}"]
    with database.read() as connection:
        ((_, result),) = by_id(connection, "toy_cells", [old["id"]])
        assert result.body == b'{"rows":[1]}'
    database.close()
