"""The page of physics is what its command writes."""

from benchmarks.literature import PAGE, page, row
from tests.physics.points import Point, documented_units


def test_the_page_of_physics_is_what_its_command_writes():
    assert PAGE.read_text(encoding="utf-8") == page(), "python benchmarks/literature.py"


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
    assert row(point) == ("`water.triple_point`", "", "0.01 ± 0.0001 °C", "0.0100", "its definition (computed)")
