import json

from sqlalchemy import func, select, text

from records.asked import by_id, index, places, requests
from records.database import Database
from records.outcomes import in_effect
from records.requests import insert
from records.schema import ASKED_UNITS, REQUESTS
from records.states import State, load, save

DAY = "2026-11-01T00:00:00"


def slots_of(request):
    return [(unit, DAY) for unit in json.loads(request.asked)]


def body(*units):
    return json.dumps(units).encode()


def where(database, *units, process="toy_cells"):
    with database.read() as connection:
        found = places(connection, process, [(unit, DAY) for unit in units])
    return {unit: (place.number, place.row) for (unit, _), place in found.items()}


def test_a_unit_is_found_in_the_request_that_asked_for_it_last(database, kept):
    insert(database, [kept(body("A", "B"), at=5), kept(body("B"), at=6), kept(body("C", "A"), at=7)])
    assert index(database, "toy_cells", slots_of) == 3
    assert where(database, "A", "B", "C", "D") == {"A": (3, 1), "B": (2, 0), "C": (3, 0)}
    with database.read() as connection:
        assert places(connection, "toy_cells", [("B", DAY)])["B", DAY].at == 6


def test_only_what_is_new_is_read(database, kept):
    read = []

    def noted(request):
        read.append(request.number)
        return slots_of(request)

    insert(database, [kept(body("A"))])
    index(database, "toy_cells", noted)
    insert(database, [kept(body("B")) for _ in range(450)])
    assert index(database, "toy_cells", noted) == 450
    assert index(database, "toy_cells", noted) == 0
    assert read == list(range(1, 452))


def test_other_processes_other_operations_and_later_parts_are_left_out(database, kept):
    insert(
        database,
        [
            kept(body("A"), process="others"),
            kept(body("A"), operation="warnings"),
            kept(body("A"), part=1),
            kept(body()),
        ],
    )
    assert index(database, "toy_cells", slots_of) == 1
    assert where(database, "A") == {}
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(ASKED_UNITS)) == 0


def test_a_row_that_stands_twice_in_a_request_is_found_once(database, kept):
    insert(database, [kept(body("A", "A"))])
    index(database, "toy_cells", slots_of)
    assert where(database, "A") == {"A": (1, 1)}


def test_requests_are_found_by_number_and_by_id(database, kept):
    many = [kept(body(str(i))) for i in range(3)]
    insert(database, many)
    with database.read() as connection:
        assert {number: one.asked for number, one in requests(connection, [1, 3]).items()} == {
            1: body("0"),
            3: body("2"),
        }
        ((id, found),) = by_id(connection, "toy_cells", [many[1].id, "unknown"])
        assert (id, found.number, found.asked) == (many[1].id, 2, body("1"))
        assert list(by_id(connection, "others", [many[1].id])) == []


def test_a_state_takes_the_place_of_the_one_before(database):
    for state in (State(1, 0, {"a": 0.1}), State(2, 1, {"b": [1, None]})):
        with database.begin() as connection:
            save(connection, "toy_cells", "sha256:1", state)
    with database.read() as connection:
        assert load(connection, "toy_cells", "sha256:1") == State(2, 1, {"b": [1, None]})
        assert load(connection, "toy_cells", "sha256:2") is None
        assert load(connection, "others", "sha256:1") is None


def test_what_was_asked_before_periods_came_first_is_found_with_its_outcome(url, older, kept):
    with older("0004") as connection:
        columns = [column.name for column in REQUESTS.columns if column.name not in ("number", "head")]
        values = {name: getattr(kept(body("A", "B"), at=5), name) for name in columns}
        asked = f"INSERT INTO requests ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"
        connection.execute(text(asked), values)
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


def test_a_period_of_many_units_is_written_side_by_side(tmp_path, kept):
    """In a page of each unit it would be 200 pages of 4 or 16 KiB for rows of 100 bytes."""
    database = Database(f"sqlite:///{tmp_path / 'records.db'}")
    units = [f"A-{number:03d}" for number in range(200)]
    for day in range(60):
        slots = [(unit, f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T00:00:00") for unit in units]
        insert(database, [kept(body())])
        with database.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            index(database, "toy_cells", lambda _, slots=slots: slots)
    assert (tmp_path / "records.db-wal").stat().st_size < 10 * database_page(database)
    database.close()


def database_page(database):
    with database.cursor() as cursor:
        return cursor.execute("PRAGMA page_size").fetchone()[0]
