import json

import pytest
from sqlalchemy import func, select, text

from records import request_index as module
from records.database import Database
from records.online_states import State, load, save
from records.outcomes import in_effect
from records.request_index import by_id, by_number, index, places
from records.requests import insert
from records.schema import REQUEST_ROWS

DAY = "2026-11-01T00:00:00"


def slots_of(request):
    return [(unit, DAY) for unit in json.loads(request.body)]


def body(*units):
    return json.dumps(units).encode()


def where(database, *units, process="toy_cells"):
    with database.read() as connection:
        result = places(connection, process, [(unit, DAY) for unit in units])
    return {unit: (place.number, place.row) for (unit, _), place in result.items()}


def test_a_unit_is_found_in_the_request_that_asked_for_it_last(database, stored_exchange):
    insert(
        database,
        [
            stored_exchange(body("A", "B"), at=5),
            stored_exchange(body("B"), at=6),
            stored_exchange(body("C", "A"), at=7),
        ],
    )
    assert index(database, "toy_cells", slots_of) == 3
    assert where(database, "A", "B", "C", "D") == {"A": (3, 1), "B": (2, 0), "C": (3, 0)}
    with database.read() as connection:
        assert places(connection, "toy_cells", [("B", DAY)])["B", DAY].at == 6


def test_only_what_is_new_is_read(database, stored_exchange):
    read = []

    def noted(request):
        read.append(request.number)
        return slots_of(request)

    insert(database, [stored_exchange(body("A"))])
    index(database, "toy_cells", noted)
    insert(database, [stored_exchange(body("B")) for _ in range(450)])
    assert index(database, "toy_cells", noted) == 450
    assert index(database, "toy_cells", noted) == 0
    assert read == list(range(1, 452))


def test_other_processes_other_operations_and_later_parts_are_left_out(database, stored_exchange):
    insert(
        database,
        [
            stored_exchange(body("A"), process="others"),
            stored_exchange(body("A"), operation="warnings"),
            stored_exchange(body("A"), part=1),
            stored_exchange(body()),
        ],
    )
    assert index(database, "toy_cells", slots_of) == 1
    assert where(database, "A") == {}
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(REQUEST_ROWS)) == 0


def test_a_row_that_stands_twice_in_a_request_is_found_once(database, stored_exchange):
    insert(database, [stored_exchange(body("A", "A"))])
    index(database, "toy_cells", slots_of)
    assert where(database, "A") == {"A": (1, 1)}


def test_requests_are_found_by_number_and_by_id(database, stored_exchange):
    many = [stored_exchange(body(str(i))) for i in range(3)]
    insert(database, many)
    with database.read() as connection:
        assert {one.number: one.body for one in by_number(connection, [1, 3])} == {
            1: body("0"),
            3: body("2"),
        }
        ((id, result),) = by_id(connection, "toy_cells", [many[1].id, "unknown"])
        assert (id, result.number, result.body) == (many[1].id, 2, body("1"))
        assert list(by_id(connection, "others", [many[1].id])) == []


def test_a_state_takes_the_place_of_the_one_before(database):
    for state in (State(1, 0, {"a": 0.1}), State(2, 1, {"b": [1, None]})):
        with database.begin() as connection:
            save(connection, "toy_cells", "sha256:1", state)
    with database.read() as connection:
        assert load(connection, "toy_cells", "sha256:1") == State(2, 1, {"b": [1, None]})
        assert load(connection, "toy_cells", "sha256:2") is None
        assert load(connection, "others", "sha256:1") is None


def test_what_was_asked_before_periods_came_first_is_found_with_its_outcome(url, older, first_form, stored_exchange):
    with older("0004") as connection:
        values = first_form(stored_exchange(body("A", "B"), at=5))
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO requests ({', '.join(values)}) VALUES ({marks})"), values)
        for row, unit in enumerate(("A", "B")):
            slot = f"('toy_cells', '{unit}', '{DAY}', 1, {row})"
            connection.execute(text(f"INSERT INTO asked_units (process, unit, period, number, row) VALUES {slot}"))
        batch = "(process, digest, at, client, rows, corrected) VALUES ('toy_cells', 'd', 6, 'me', 1, 0)"
        connection.execute(text(f"INSERT INTO outcome_batches {batch}"))
        known = f"""(1, 'toy_cells', 'B', '{DAY}', '{{"yield": 7.5}}')"""
        connection.execute(text(f"INSERT INTO outcomes (batch, process, unit, period, content) VALUES {known}"))
    database = Database(url)
    assert where(database, "A", "B", "C") == {"A": (1, 0), "B": (1, 1)}
    with database.read() as connection:
        assert in_effect(connection, "toy_cells", [("A", DAY), ("B", DAY)]) == {("B", DAY): {"yield": 7.5}}
    database.close()


def test_a_period_of_many_units_is_written_side_by_side(tmp_path, stored_exchange):
    """In a page of each unit it would be 200 pages of 4 or 16 KiB for rows of 100 bytes."""
    database = Database(f"sqlite:///{tmp_path / 'records.db'}")
    units = [f"A-{number:03d}" for number in range(200)]
    for day in range(60):
        slots = [(unit, f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T00:00:00") for unit in units]
        insert(database, [stored_exchange(body())])
        with database.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            index(database, "toy_cells", lambda _, slots=slots: slots)
    assert (tmp_path / "records.db-wal").stat().st_size < 10 * database_page(database)
    database.close()


def database_page(database):
    with database.cursor() as cursor:
        return cursor.execute("PRAGMA page_size").fetchone()[0]


def slots_noted(database):
    with database.read() as connection:
        return connection.execute(select(REQUEST_ROWS.c.number, REQUEST_ROWS.c.row).order_by("number", "row")).all()


def test_a_request_is_noted_piece_by_piece_and_others_write_in_between(database, stored_exchange, monkeypatch):
    monkeypatch.setattr(module, "_SLOTS_OF_PIECE", 4)
    insert(
        database, [stored_exchange(body(*"ABCDEFGHIJ")), stored_exchange(body("K")), stored_exchange(body("L", "M"))]
    )
    written = []

    def remaining(_):
        insert(database, [stored_exchange(client="between", operation="warnings")])  # it waits for nobody
        written.append(len(slots_noted(database)))

    assert index(database, "toy_cells", slots_of, remaining) == 3
    assert written == [4, 8, 12, 13]
    assert where(database, *"AJKM") == {"A": (1, 0), "J": (1, 9), "K": (2, 0), "M": (3, 1)}


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_who_is_ended_amid_a_request_goes_on_where_it_was(database, stored_exchange, monkeypatch, pieces):
    monkeypatch.setattr(module, "_SLOTS_OF_PIECE", 3)
    insert(database, [stored_exchange(body("A")), stored_exchange(body(*"BCBDEFG")), stored_exchange(body("H"))])
    left = iter(range(pieces - 1))

    def remaining(_):
        if next(left, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(database, "toy_cells", slots_of, remaining)
    assert len(slots_noted(database)) == min(3 * pieces, 8)
    index(database, "toy_cells", slots_of)
    assert slots_noted(database) == [(1, 0), *((2, i) for i in range(1, 7)), (3, 0)]


def test_two_services_that_note_the_same_requests_note_each_slot_once(database, stored_exchange, monkeypatch):
    monkeypatch.setattr(module, "_SLOTS_OF_PIECE", 2)
    insert(database, [stored_exchange(body(*"ABCDE")), stored_exchange(body("F"))])
    other = []

    def remaining(_):
        if not other:
            other.append(index(database, "toy_cells", slots_of, lambda _: None))

    index(database, "toy_cells", slots_of, remaining)
    assert slots_noted(database) == [*((1, i) for i in range(5)), (2, 0)]


def test_requests_are_read_some_bytes_at_a_time(database, stored_exchange, monkeypatch):
    monkeypatch.setattr(module, "_BYTES_AT_ONCE", 10)
    insert(database, [stored_exchange(body("A" * 8, "B")), stored_exchange(body("C" * 8)), stored_exchange(body("D"))])
    assert index(database, "toy_cells", slots_of) == 3
    assert where(database, "B", "D") == {"B": (1, 1), "D": (3, 0)}


def test_an_index_of_before_requests_were_noted_in_pieces_is_whole(url, older, stored_exchange):
    with older("0007") as connection:
        connection.execute(text("INSERT INTO asked_upto (process, number) VALUES ('toy_cells', 1)"))
    database = Database(url)
    insert(database, [stored_exchange(body("A")), stored_exchange(body("B"))])
    assert index(database, "toy_cells", slots_of) == 1
    assert where(database, "A", "B") == {"B": (2, 0)}
    database.close()
