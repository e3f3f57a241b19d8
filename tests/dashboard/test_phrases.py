"""Sentences of responses in Chinese: their values, the texts of the seed, and what has no translation."""

import re
from itertools import pairwise
from re import _constants, _parser
from types import SimpleNamespace

import numpy as np
import pytest

from dashboard.languages import Text, translations
from dashboard.phrases import LONGEST, MOST_PARTS, PLACE, _templates, phrase, unit_of_measure
from dashboard.places import KINDS, UNITS_OF_MEASURE
from dashboard.sentences import SENTENCES, WORDS
from models.interfaces.answers import input_flags
from models.setpoints.move_evaluation import EvaluatedMoves, chosen
from models.uncertainty.missing_report import MissingReport
from monitoring.drift.results import Chart, InputDrift, Sensor
from monitoring.drift.summary import next_steps, reasons
from operations.forms.rows import flag_readings
from seeds import Seed, load

VALUES = {
    "number": "-1.25e+03",
    "name": "cell_voltage",
    "names": "cell_voltage, lif and pot_age",
    "moves": "cell_voltage +0.02 V, lif -1 %",
    "unit": "kWh/t",
    "moment": "2026-12-02 06:30 UTC",
    "word": "missing",
    "symbol": "alloy_6xxx",
    "copied": "P-017 一号槽",
    "remark": "measured; see log",
    "description": "primary aluminium",
    "sentence": "out of distribution",
    "detail": "no such file: 3",
}
COPIED = ("number", "unit", "moment", "symbol", "copied", "remark", "description", "detail")


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("aluminium_reduction")


def chinese(seed: Seed, words: str) -> str:
    """The text in Chinese, which has no part in another language."""
    parts = phrase(seed, words, "zh")
    assert [part.text for part in parts if part.tag != "zh-Hans"] == []
    return "".join(part.text for part in parts)


def values_of(sentence: str) -> dict[str, str]:
    return {place: VALUES[KINDS.get(place, "number")] for place in PLACE.findall(sentence)}


def filled(sentence: str) -> str:
    values = values_of(sentence)
    return PLACE.sub(lambda place: values[place[1]], sentence)


def test_each_sentence_is_translated_with_its_values(seed):
    for sentence in SENTENCES:
        values = values_of(sentence)
        parts = phrase(seed, filled(sentence), "zh")
        text = "".join(part.text for part in parts)
        for piece in PLACE.split(translations("zh").gettext(sentence))[::2]:
            assert piece in text, sentence
        for place, value in values.items():
            assert KINDS.get(place, "number") not in COPIED or value in text, (sentence, place)
        english = {part.text for part in parts if part.tag == "en"}
        assert english <= {VALUES["description"], VALUES["detail"]}, sentence


def test_names_become_the_texts_of_the_seed(seed):
    text = chinese(seed, "without cell_voltage, lif and 3 others: interval 1.32 times as wide")
    assert seed.column("cell_voltage").description_zh in text
    assert seed.column("lif").description_zh in text
    assert "3 项" in text
    assert "1.32" in text
    assert phrase(seed, "cell_voltage", "zh") == [Text(seed.column("cell_voltage").description_zh, "zh-Hans")]
    assert phrase(seed, "cell_voltage", "en") == [Text(seed.column("cell_voltage").description, "en")]
    assert seed.process.title_zh in chinese(seed, "aluminium_reduction, move 2: version 1 to 2")
    assert chinese(seed, "without superheat, unit_deviation_current_efficiency: set of classes 2 times as large") == (
        f"缺少过热度、该单元此前的偏差：“{seed.target.description_zh}”：类别集合为原来的 2 倍"
    )
    assert "superheat2" in chinese(seed, "superheat2 missing")  # a name that the seed does not have


def test_sentences_between_semicolons_are_translated_each(seed):
    parts = phrase(seed, "lif missing; the moon is full; it rains; out of distribution", "zh")
    assert [part.tag for part in parts] == ["zh-Hans", "en", "zh-Hans"]
    assert parts[1].text == "the moon is full; it rains"
    assert parts[2].text == "；偏离训练数据分布"
    for words in pairwise(filled(sentence) for sentence in SENTENCES if "%(remark)s" not in sentence):
        together = "".join(part.text for part in phrase(seed, "; ".join(words), "zh"))
        assert together == "；".join("".join(part.text for part in phrase(seed, text, "zh")) for text in words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "; ; ",
        "2026-11-01",
        "Too short a history",
        "lif missing ",
        "lif  missing",
        "lif missing\n",
        "no such place %(column)s",
        "doubt: the best move would bring a lot a day, give or take 4",
        "x" * (LONGEST + 1),
        "; ".join(["lif missing"] * (MOST_PARTS + 1)),
        "least gains: the moon is full",
        "version 1 to the moon in shadow",
    ],
    ids=lambda words: words[:30] or "empty",
)
def test_other_text_remains_as_it_is(seed, words):
    assert "".join(part.text for part in phrase(seed, words, "zh")) == words
    assert {part.tag for part in phrase(seed, words, "zh")} <= {"en" if any(map(str.isalpha, words)) else ""}
    assert {part.tag for part in phrase(seed, words, "zh", "")} <= {""}


def test_english_pages_show_each_text_as_answered(seed):
    for sentence in SENTENCES:
        assert phrase(seed, sentence, "en") == [Text(sentence, "en")]


def repeats(tokens, within=0):
    """Depth of repetitions within repetitions of an expression; an optional part is none."""
    deepest = within
    for operation, argument in tokens:
        inner = within
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and argument[1] > 1:
            inner += 1
        for part in argument if isinstance(argument, tuple) else ():
            if isinstance(part, _parser.SubPattern):
                deepest = max(deepest, repeats(part, inner))
            elif isinstance(part, list):
                deepest = max([deepest, *(repeats(one, inner) for one in part if isinstance(one, _parser.SubPattern))])
        deepest = max(deepest, inner)
    return deepest


def test_no_expression_repeats_a_repetition_or_is_unbounded():
    assert repeats(_parser.parse("(?:a+)*")) == 2
    assert repeats(_parser.parse("(?:a|b{2,3}c)+")) == 2
    for template in _templates():
        assert repeats(_parser.parse(template.pattern.pattern)) <= 1, template.sentence
        assert not re.search(
            r"(?<!\\)[*]|(?<![\\\[])[+](?![\\\]])", re.sub(r"\[[^\]]*\]", "", template.pattern.pattern)
        )


@pytest.mark.parametrize(
    "words",
    [
        "least gains: " * 70,
        "its seed cannot be used: " * 39 + "; ",
        "; ".join(["least gains: " * 6] * 11),
        "without " + "a, " * 300,
        "x' is none of " * 70,
        "1 outcomes of a in batch 1 wait and move no answer: " * 19,
        "a: 1% of the newest values lie outside the training range (" + " and 1 more" * 80,
        "(" * 999,
    ],
    ids=["nested", "nested details", "nested parts", "names", "options", "starts", "ends", "brackets"],
)
def test_hostile_texts_remain_text(seed, words):
    assert "".join(part.text for part in phrase(seed, words, "zh")).count("(") <= words.count("(")


def test_units_of_measure_with_words_are_translated():
    assert [unit_of_measure(unit, "zh") for unit in ("count/ms", "kWh/t", "1", "<b>")] == [
        "计数/ms",
        "kWh/t",
        "1",
        "<b>",
    ]
    assert [unit_of_measure(unit, "en") for unit in UNITS_OF_MEASURE] == list(UNITS_OF_MEASURE)


def test_flags_of_inputs_are_translated(seed):
    names = ["cell_voltage", "lif", "pot_age"]
    X = np.array([[np.nan, 9.0, 1.0]])
    flags = input_flags(X, names, np.array([[0.0, 1.0], [0.0, 1.0], [np.nan, np.nan]]), np.ones(3, dtype=np.bool_))
    row = {name: 1.0 for name in seed.input_names} | {"data_quality": {"lif": "stale", "caf2": "uncertain"}}
    flag_readings([row], seed, flags)
    assert len(flags[0]) == 5
    for about, count, measured in [(("lif",), 1, True), (("lif", "caf2"), 2, True), (("lif", "caf2"), 5, True)]:
        flags[0].append(MissingReport(count, about, 1.5, measured).flag)
    flags[0].append(MissingReport(3, ("lif",), 1.5, False).flag)
    for flag in flags[0]:
        assert not re.search("[A-Za-z]{4}", chinese(seed, flag).replace("LiF", "").replace("CaF2", "")), flag


@pytest.mark.parametrize(
    ("gain", "supported", "within", "start"),
    [(3.0, True, True, "收益不确定"), (30.0, True, False, "限值"), (30.0, False, True, "依据不足")],
    ids=["doubt", "limits", "support"],
)
def test_refusals_of_moves_are_translated(seed, gain, supported, within, start):
    moves = {"voltage_setpoint": np.array([[0.0], [0.02]])}
    shape = np.array([[0.0], [1.0]])
    evaluated = EvaluatedMoves(
        moves, gain * shape, 4.0 * shape, np.array([[True], [supported]]), np.array([[True], [within]]), {}, {}, shape
    )
    _, (refusal,) = chosen(evaluated, [None])
    text = chinese(seed, refusal)
    assert text.startswith(start)
    assert ("3.0" in text) == (start == "收益不确定")


def test_results_of_a_check_are_translated(seed):
    charts = [
        Chart("current_efficiency", "bias", 2.0, 0.1, True, "2026-11-01", "2026-10-01 06:00", -1.5),
        Chart("current_efficiency", "size", 2.0, 0.1, True, "2026-11-01", "2026-10-01", 1.5),
    ]
    result = SimpleNamespace(
        process=seed.process.name,
        drifted=True,
        drifted_errors=charts,
        drifted_inputs=drifted(8),
        sensors=[
            Sensor("lif", "stuck", ("P-1", "P (2)", *"abcdef"), 12, None),
            Sensor("caf2", "outside the training range", ("一号槽",), 12, 0.25),
        ],
        expected_error=1.4,
        known=0,
    )
    calm = SimpleNamespace(**vars(result) | {"drifted_errors": [], "known": 3})
    shadow = "version 4 answers in shadow until 2027-01-26 09:00 UTC"
    lines = [*reasons(result), *next_steps(result), *next_steps(result, shadow=shadow), *next_steps(calm)]
    assert len(lines) > 15
    for line in lines:
        chinese(seed, line)


def drifted(count: int) -> list[InputDrift]:
    return [
        InputDrift(**dict.fromkeys(InputDrift.__dataclass_fields__, None) | values)
        for name in list(load("aluminium_reduction").input_names)[:count]
        for values in [{"column": name, "effect": 2.0, "limit": 1.0, "since": "2026-11-01", "by_others": len(name) % 2}]
    ]


def test_words_are_known_to_the_catalogue():
    for word in WORDS:
        assert translations("zh").gettext(word) != word, word
