"""Names of weekdays, months and shifts are known in the languages of plants, and nothing else is taken for them."""

import pytest

from models.consistency.calendar_names import month_numbers, shift_hours, weekday_numbers


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["Monday", "Sunday", "Wednesday"], [0, 6, 2]),
        (["Mo", "Di", "So"], [0, 1, 6]),
        (["Mo.", "Mi.", "Sa."], [0, 2, 5]),
        (["lundi", "mardi", "dimanche"], [0, 1, 6]),
        (["lun.", "mar.", "dim."], [0, 1, 6]),
        (["星期一", "星期三", "星期日"], [0, 2, 6]),
        (["周一", "周六", "周日"], [0, 5, 6]),
    ],
)
def test_weekdays(texts: list[str], numbers: list[int]) -> None:
    result = weekday_numbers(texts)
    assert result is not None
    assert list(result.values()) == numbers


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["January", "March", "December"], [1, 3, 12]),
        (["Mrz", "Mai"], None),
        (["März", "Mai", "Dezember"], [3, 5, 12]),
        (["mars", "mai", "août"], [3, 5, 8]),
        (["一月", "三月", "十二月"], [1, 3, 12]),
        (["1月", "10月", "12月"], [1, 10, 12]),
    ],
)
def test_months(texts: list[str], numbers: list[int] | None) -> None:
    result = month_numbers(texts)
    assert (None if result is None else list(result.values())) == numbers


@pytest.mark.parametrize(
    "texts",
    [
        ["early", "late", "night"],
        ["Frühschicht", "Spätschicht", "Nachtschicht"],
        ["早班", "中班", "晚班"],
        ["早", "夜"],
    ],
)
def test_shifts(texts: list[str]) -> None:
    result = shift_hours(texts)
    assert result is not None
    assert result[texts[-1]] == (17, 34)


@pytest.mark.parametrize("texts", [["A", "B", "C"], ["Nord", "Süd", "West"], ["mon ami", "tue"], ["night", "line 2"]])
def test_other_texts_are_none_of_them(texts: list[str]) -> None:
    assert weekday_numbers(texts) is month_numbers(texts) is shift_hours(texts) is None
