"""Texts and numbers of any kind come back from TOML as they were."""

import tomllib

import pytest

from drafting.toml import comment, length_of, number, quoted


@pytest.mark.parametrize("text", ['a "b"', "a\\b", "tab\tline\nend", "°C ²³ 槽电压", "\x7f", "", "'", "a # b"])
def test_texts(text):
    assert tomllib.loads(f"a = {quoted(text)}")["a"] == text


@pytest.mark.parametrize("value", [0.0, -41.0, 1e-9, 1.5, 3.18642e26, 1e15, -0.25])
def test_numbers(value):
    assert tomllib.loads(f"a = {number(value)}")["a"] == value


def test_a_length_of_time():
    assert tomllib.loads(f"a = {length_of(28800)}")["a"] == {"value": 8, "unit": "h"}


def test_comments_break_between_words_and_stay_comments():
    lines = comment("many words " * 40 + "a\nb = 1")
    assert all(line.startswith("# ") and len(line) <= 120 for line in lines)
    assert tomllib.loads("\n".join(lines)) == {}
