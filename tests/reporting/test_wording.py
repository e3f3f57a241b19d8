"""Texts of reports in a language."""

import re

import pytest

from reporting.wording import WordedError, WordedText, Wording


def test_english_is_the_text_with_its_values():
    assert Wording()("all %(count)s: 90 %", count=3) == "all 3: 90 %"


def test_a_text_that_the_catalogue_lacks_and_an_empty_one_are_returned_as_they_are():
    say = Wording("zh")
    assert say("a text of a plant's own seed") == "a text of a plant's own seed"
    assert say("") == ""


def test_a_word_with_two_meanings_is_told_apart_by_its_context():
    say = Wording("zh")
    assert say("unit") == "单元"
    assert say.within("measure", "unit") == "计量单位"
    assert Wording().within("measure", "unit") == "unit"


def test_a_place_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        Wording()("all %(count)s")


def test_an_error_is_english_and_is_said_in_the_language_of_a_report():
    error = WordedError("all %(count)s", count=3)
    assert str(error) == error.worded(Wording()) == "all 3"
    assert error.worded(Wording("zh")) == "全部 3 个"


def test_a_worded_text_is_english_and_is_said_in_the_language_of_a_report():
    say, part = Wording("zh"), WordedText("%(count)s rows", count=3)
    text = WordedText("%(rows)s above the header", rows=part)
    assert text == "3 rows above the header"
    assert Wording().stated(text) == text
    assert say.stated(part) in say.stated(text) == text.worded(say)
    assert not re.search(r"[a-z]", say.stated(text))
    assert say.stated(3) == "3"
    assert say.stated("a heading of a plant") == "a heading of a plant"
