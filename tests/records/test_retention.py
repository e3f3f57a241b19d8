import json

from sqlalchemy import func, select

from records import audit, shadow
from records.request_index import index, places
from records.requests import insert
from records.retention import remove
from records.schema import REQUEST_ROWS, REQUESTS
from records.shadow import ShadowResponse

DAY = "2026-11-01T00:00:00"


def test_requests_before_a_moment_go_with_their_places_and_the_audit_says_so(database, stored_exchange):
    insert(
        database, [stored_exchange(json.dumps([unit]).encode(), at=at) for unit, at in (("A", 5), ("B", 10), ("C", 15))]
    )
    index(database, "toy_cells", lambda request: [(unit, DAY) for unit in json.loads(request.body)])
    with database.read() as connection:
        numbers = connection.scalars(select(REQUESTS.c.number).order_by(REQUESTS.c.number)).all()
    shadow.keep(database, "toy_cells", [ShadowResponse(number, 2, "sha256:2", b"[]") for number in numbers])
    assert remove(database, 10, "an engineer") == 1
    assert remove(database, 10, "an engineer") == 0
    with database.read() as connection:
        assert connection.scalars(select(REQUESTS.c.at).order_by(REQUESTS.c.at)).all() == [10, 15]
        assert connection.scalar(select(func.count()).select_from(REQUEST_ROWS)) == 2
        assert list(shadow.responses_to(connection, numbers)) == numbers[1:]
        assert list(places(connection, "toy_cells", [(unit, DAY) for unit in "ABC"])) == [("B", DAY), ("C", DAY)]
        (entry,) = audit.entries(connection)
    assert (entry.actor, entry.action, entry.figures) == ("an engineer", "removal", {"requests": 1, "left": 2})
