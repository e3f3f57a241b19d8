"""Names that were likely meant."""

from seeds.format.names import nearest


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest(["temp"], ["Tempp", "z"]) == "Tempp"
    assert nearest(["no_such", "TEMP"], ["z", "temp"]) == "temp"


def test_none_is_nearest_where_none_is_like_it() -> None:
    assert nearest(["temp"], []) is None
    assert nearest(["temp"], ["z", "qqq"]) is None
