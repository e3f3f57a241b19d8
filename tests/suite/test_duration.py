"""The end of a run names the tests that make all others wait."""

from types import SimpleNamespace

import pytest

from tests.suite.duration import lines, pytest_itemcollected


@pytest.mark.parametrize("mark", [pytest.mark.long, pytest.mark.long(), pytest.mark.long(5)])
def test_a_long_test_without_its_reason_is_refused(mark: pytest.MarkDecorator) -> None:
    item = SimpleNamespace(nodeid="test_x", iter_markers=lambda name: [mark.mark])
    with pytest.raises(pytest.UsageError, match=r'^test_x: expected pytest\.mark\.long\("what takes long"\)$'):
        pytest_itemcollected(item)


def test_the_slowest_come_first_and_those_that_are_not_long_are_to_be_mended() -> None:
    quick = [(0.1, f"quick_{number}", False) for number in range(20)]
    shown = lines([*quick, (6.0, "six", False), (9.0, "nine", True), (7.5, "seven", False), (5.0, "five", False)])
    assert shown[:4] == [
        "     9.0 s  nine",
        "     7.5 s  seven: mark it long or make it smaller",
        "     6.0 s  six: mark it long or make it smaller",
        "     5.0 s  five",
    ]
    assert len(shown) == 12
    assert shown[-2:] == ["2 tests not marked long take more than 5 s each, 14 s together", "24 tests take 30 s"]
