"""Pages of physics are those that their command writes."""

from benchmarks.literature import FOLDER, INDEX, is_shown, pages, rows
from tests.physics.points import Point, documented_units, points, topics


def test_the_pages_of_physics_are_what_their_command_writes():
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "python benchmarks/literature.py"


def test_the_index_of_physics_links_every_page():
    text = (FOLDER / INDEX).read_text(encoding="utf-8")
    assert all(f"]({path.name})" in text for path in FOLDER.glob("*.md") if path.name != INDEX)


def test_every_published_point_and_every_difference_is_on_a_page():
    shown = [line.strip("| ").split(" | ") for line in "\n".join(pages().values()).splitlines() if " | " in line]
    for path in topics().values():
        for point in points(path):
            ((name, one, source),) = rows([point])
            lines = [cells for cells in shown if cells[0] == name and cells[-1] == source]
            assert is_shown(point) == any(one in cells[1].split("; ") for cells in lines), one
            assert is_shown(point) or (point.sure == "computed" and point.differs is None)


def test_a_function_without_arguments_has_a_case_and_a_unit():
    def triple_point():
        """Temperature of the triple point of water.

        Returns
        -------
        float
            Temperature [°C]
        """
        return 0.01

    class Stated(Point):
        called = property(lambda self: triple_point)

    point = Stated("water.triple_point", {}, 0.01, 1e-4, "°C", "its definition", "computed")
    assert documented_units(triple_point, "Parameters") == {}
    assert [*rows([point])] == [("`water.triple_point`", "0.01 °C, 0.0100", "its definition (computed)")]
