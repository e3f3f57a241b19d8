"""One line on what MLflow, its database or the disk raised."""

import pytest

from registry.errors import tracking_error


@pytest.mark.parametrize(("length", "kept"), [(299, 299), (300, 300), (301, 300)])
def test_an_unknown_error_keeps_its_first_300_characters(length: int, kept: int) -> None:
    assert str(tracking_error(ValueError("x" * length), "here")) == "MLflow store here: " + "x" * kept


def test_a_known_error_is_said_in_words_without_the_password() -> None:
    found = tracking_error(OSError("disk\n is full"), "postgresql://ann:secret@plant/db")
    assert str(found) == "MLflow store postgresql://ann:***@plant/db: no space left on its disk"
