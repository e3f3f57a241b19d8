"""Languages of browsers, and numbers and times as a language writes them."""

import datetime as dt
import math

import pytest

from dashboard.languages import Formats, Text, described, named, of_browser, titled
from seeds import load

NOW = dt.datetime(2026, 12, 2, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh", "zh"),
        ("zh-TW;q=0.8, en-GB;q=0.9", "en"),
        ("fr, zh-Hans-CN;q=0.5, en;q=0.4", "zh"),
        ("ZH-cn", "zh"),
        ("en;q=0, zh;q=0.001", "zh"),
        ("", "en"),
        ("*", "en"),
        (";;;,,q=1", "en"),
        ("zh;q=nonsense", "en"),
        ("zh;q=1e999", "zh"),
        ("x" * 100_000, "en"),
    ],
    ids=lambda given: str(given)[:20] or "empty",
)
def test_the_browsers_first_language_of_ours_is_taken(header, language):
    assert of_browser(header) == language


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (93.2417, 91.5, 95.3, "93.2"),
        (12829.3, 12601, 13065, "12,829"),
        (0.00347, 0.0, 0.00785, "0.0035"),
        (93.0, 92.95, 93.05, "93.000"),
        (0, None, None, "0"),
        (4.0, None, None, "4"),
        (4.03371, None, None, "4.034"),
        (-2.373, None, None, "-2.373"),
        (None, None, None, "–"),
        (math.nan, math.nan, math.nan, "–"),
        (math.inf, None, None, "–"),
        (5.0, 5.0, 5.0, "5.000"),
    ],
    ids=str,
)
def test_a_number_has_the_digits_that_its_interval_allows(value, low, high, text):
    assert Formats("en").number(value, low, high) == text


def test_shares_keep_a_digit_where_they_are_small():
    formats = Formats("zh")
    assert [formats.share(one) for one in (0.123, 0.0049, 1.0, None, math.nan)] == ["12%", "0.5%", "100%", "–", "–"]


def test_times_are_in_the_zone_of_the_plant_and_ages_in_words():
    at = int(dt.datetime(2026, 12, 1, 22, 0, tzinfo=dt.UTC).timestamp() * 1e6)
    english, chinese = (Formats(language, lambda: NOW) for language in ("en", "zh"))
    assert english.time(at) == "2026-12-02 06:00 UTC+08:00"
    assert (english.age(at), chinese.age(at)) == ("2 hours", "2小时")
    assert english.age(at + 10**12) == english.age(int(NOW.timestamp() * 1e6))  # a clock that is ahead gives no past


def test_texts_of_a_seed_are_those_of_the_language_and_state_it():
    seed = load("aluminium_reduction")
    assert described(seed.target, "en").tag == titled(seed.process, "en").tag == "en"
    assert described(seed.target, "zh") == Text("电流效率（由本周期出铝量与在产铝量变化计算）", "zh-Hans")
    assert titled(seed.process, "zh").tag == "zh-Hans"
    stated = seed.target.model_copy(update={"description_zh": None})
    assert described(stated, "zh") == Text(seed.target.description, "en")


@pytest.mark.parametrize(
    ("process", "name", "text"),
    [
        ("aluminium_reduction", "voltage_setpoint", "设定电压（额定电流下槽电阻调节的目标值）"),
        ("aluminium_reduction", "hot_pot", "热槽"),
        ("aluminium_ingot", "fe", "铁（化验室将出具的质保书值）"),
        ("zinc_ingot", "all_impurities", "杂质总和"),
        ("aluminium_scrap", "no such part <b>", "no such part <b>"),
    ],
    ids=["column", "warning", "quantity", "sum", "nothing"],
)
def test_a_name_in_a_response_leads_to_the_text_of_its_part(process, name, text):
    assert named(load(process), name, "zh").text == text
