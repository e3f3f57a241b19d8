"""Seeds of processes that grade their lots: what must go together, told fault by fault."""

from pathlib import Path

import pytest

from seeds import Seed, SeedError
from seeds.format.loader import parse

PATH = Path("toy_lots.toml")


def changed(seed: Seed, *changes: tuple[str, str]) -> str:
    text = seed.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def faults(text: str) -> list[str]:
    with pytest.raises(SeedError) as caught:
        parse(text, PATH)
    return [fault.removeprefix("toy_lots.toml: ") for fault in caught.value.faults]


def without(seed: Seed, start: str, end: str) -> str:
    """The seed's text without what stands from `start` up to the next `end`."""
    before, _, remaining = seed.text.partition(start)
    return before + remaining[remaining.index(end) :]


def test_a_quality_seed_tells_elements_defects_grades_and_costs(toy_quality_seed: Seed) -> None:
    seed = toy_quality_seed
    assert [column.name for column in seed.elements] == ["p", "q", "r"]
    assert all(column.censored for column in seed.elements)
    assert seed.defects == ("crack",)
    assert seed.classes == ()
    assert [grade.name for grade in seed.grades] == ["prime", "second", "remelt"]
    assert seed.grades[0].limits["q"].value == 5
    assert seed.grades[0].limits["q"].verification == "assumed"
    assert [(one.name, one.of, one.value) for one in seed.grades[0].sums] == [("p_and_q", ["p", "q"], 9)]
    assert not seed.grades[-1].limits
    assert not seed.grades[-1].sums
    assert (seed.quality_rules.intended, seed.quality_rules.claim_cost.value) == ("prime", 300)
    assert seed.causes[0].shift == {"p": 0.8, "q": 1.0}
    assert {"grades.prime.limits.p", "grades.prime.sums.p_and_q", "quality.alpha", "causes.raw_material"} <= set(
        seed.sources
    )


def test_a_limit_may_be_the_least_content_or_a_window(toy_quality_seed: Seed) -> None:
    text = changed(toy_quality_seed, ("value = 6\n", "least = 2\nvalue = 6\n"), ("value = 9\n", "least = 4\n"))
    prime = parse(text, PATH).grades[0]
    p, q, both = prime.limits["p"], prime.limits["q"], prime.sums[0]
    assert [one.bounds for one in (p, q, both)] == [((6.0, True), (2.0, False)), ((5.0, True),), ((4.0, False),)]
    assert [one.in_words for one in (p, q, both)] == ["2 to 6 ppm", "at most 5 ppm", "at least 4 ppm"]
    assert [one.range for one in (p, q, both)] == ["2 to 6", "5", "at least 4"]


def test_other_processes_are_not_judged_so(toy_seed: Seed, toy_sorting_seed: Seed) -> None:
    assert toy_seed.quality is toy_sorting_seed.quality is None
    assert toy_seed.defects == toy_sorting_seed.defects == ()
    with pytest.raises(TypeError, match=r"toy_cells: its task is regression: it has no \[quality\]"):
        _ = toy_seed.quality_rules


@pytest.mark.parametrize(
    ("old", "new", "predictions"),
    [
        ('task = "quality"', 'task = "sorting"', "quality: belongs to the task quality"),
        # The table's columns.
        ('defects = ["crack"]', 'defects = ["burst"]', "quality.defects: got 'burst': expected a target column"),
        ('defects = ["crack"]', 'defects = ["v"]', "quality.defects: got 'v': expected a target column"),
        ('defects = ["crack"]', 'defects = ["crack", "crack"]', "quality.defects.crack: named 2 times"),
        ('defects = ["crack"]', 'defects = ["p", "crack"]', "got 'p': expected a column of unit '1', low 0 and high 1"),
        ('defects = ["crack"]', "defects = []", "columns.crack.censored: missing: a laboratory reports a content"),
        ('defects = ["crack"]', 'defects = ["p", "q", "r", "crack"]', "columns: got no target column of a content"),
        ("high = 1\ntypical", "high = 2\ntypical", "got 'crack': expected a column of unit '1', low 0 and high 1"),
        ("high = 1\ntypical", "high = 1\ncensored = true\ntypical", "got 'crack': a defect is not censored"),
        ("censored = true\n", "", "columns.p.censored: missing"),
        ("censored = true\n", 'censored = "yes"\n', "columns.p.censored: got 'yes': Input should be a valid boolean"),
        (
            'impurity p"\nunit = "ppm"\nlow = 0',
            'p"\nunit = "ppm"\nlow = -1',
            "censored belongs to a column of the file",
        ),
        ('role = "setpoint"', 'role = "setpoint"\ncensored = true', "censored belongs to a column of the file"),
        ('role = "key"', 'role = "key"\ncensored = true', "censored belongs to a number column, this one has role key"),
        # Costs and promise.
        ('unit = "t", source', 'unit = "kg", source', "quality.lot_mass.unit: got 'kg': expected 't'"),
        ("value = 25,", "value = 0,", "quality.lot_mass.value: got 0: expected more than 0"),
        ('value = 150, unit = "$"', 'value = 150, unit = "$/t"', "quality.assay_cost.unit: got '$/t': expected '$'"),
        ("claim_cost = { value = 300", "claim_cost = { value = -1", "quality.claim_cost.value: got -1: expected more"),
        (
            "claim_cost = { value = 300",
            "claim_cost = { value = 149",
            "quality.claim_cost.value: got 149: expected at least 150, the value of prime over that of remelt: else",
        ),
        (
            "alpha = { value = 0.02",
            "alpha = { value = 1",
            "quality.alpha.value: got 1: expected a share above 0 and be",
        ),
        (
            "alpha = { value = 0.02",
            "alpha = { value = 0",
            "quality.alpha.value: got 0: expected a share above 0 and be",
        ),
        (
            "confidence = { value = 0.95",
            "confidence = { value = 1.0",
            "quality.confidence.value: got 1.0: expected a s",
        ),
        ('value = 0.95, unit = "1"', 'value = 0.95, unit = "%"', "quality.confidence.unit: got '%': expected '1'"),
        # Grades.
        ("value = 6\n", "", "grades.prime.limits.p: expected value, the highest content, or least, or both"),
        ("value = 6\n", "value = 6\nleast = 6\n", "grades.prime.limits.p.least: got 6: expected less than value, 6"),
        ("value = 6\n", "value = 6\nleast = 0\n", "grades.prime.limits.p.least: got 0: Input should be greater than 0"),
        (
            "value = 9\n",
            "least = 9\nvalue = 1\n",
            "grades.prime.sums.p_and_q.least: got 9: expected less than value, 1",
        ),
        (
            'intended = "prime"',
            'intended = "best"',
            "quality.intended: got 'best': expected a grade with limits, of prime, second",
        ),
        ('intended = "prime"', 'intended = "remelt"', "quality.intended: got 'remelt': expected a grade with limits"),
        ('name = "second"', 'name = "prime"', "grades.prime: named 2 times"),
        ('unit = "ppm"\nverification = "assumed"', 'unit = "ppm"', "grades.prime.limits.p.verification: missing"),
        (
            'verification = "assumed"',
            'verification = "sure"',
            "grades.prime.limits.p.verification: got 'sure': Input should be",
        ),
        ("value = 6\n", "value = 0\n", "grades.prime.limits.p.value: got 0: Input should be greater than 0"),
        ("[grades.limits.p]", "[grades.limits.v]", "grades.prime.limits.v: expected a target column of a content"),
        (
            "[grades.limits.p]",
            "[grades.limits.crack]",
            "grades.prime.limits.crack: expected a target column of a content",
        ),
        ('value = 6\nunit = "ppm"', 'value = 6\nunit = "wt%"', "grades.prime.limits.p.unit: got 'wt%': expected 'ppm'"),
        (
            'of = ["p", "q"]',
            'of = ["p", "v"]',
            "grades.prime.sums.p_and_q.of: got 'v': expected a target column of a con",
        ),
        ('of = ["p", "q"]', 'of = ["p", "p"]', "grades.prime.sums.p_and_q.of.p: named 2 times"),
        ('of = ["p", "q"]', 'of = ["p"]', "grades.prime.sums.p_and_q.of: got ['p']: List should have at least 2 items"),
        ('name = "p_and_q"', 'name = "r"', "grades.prime.sums.r: named 2 times"),
        ('value = 9\nunit = "ppm"', 'value = 9\nunit = "wt%"', "sums.p_and_q.unit: got 'wt%': expected 'ppm' as of p"),
        ("value = -40", "value = 40", "grades.second.value: got 40: expected at most that of the grade before it"),
        ('value = -40, unit = "$/t"', 'value = -40, unit = "$"', "grades.second.value.unit: got '$': expected '$/t'"),
        ('title = "Prime"\n', 'title = "Prime"\nlowest = 1\n', "grades.prime.lowest: unknown key"),
        # Causes.
        (
            "shift = { p = 0.8",
            "shift = { v = 1.0, p = 0.8",
            "causes.raw_material.shift.v: expected a target column of a",
        ),
        (
            'setpoints = ["setpoint"]',
            'setpoints = ["v"]',
            "causes.raw_material.setpoints: got 'v': expected a column of role setpoint",
        ),
        ("shift = { p = 0.8, q = 1.0 }", "shift = {}", "causes.raw_material.shift: Dictionary should have at least 1"),
    ],
)
def test_what_does_not_go_together_is_told(toy_quality_seed: Seed, old: str, new: str, predictions: str) -> None:
    assert any(predictions in fault for fault in faults(changed(toy_quality_seed, (old, new))))


def test_a_grade_between_needs_limits_and_the_last_may_have_none(toy_quality_seed: Seed) -> None:
    bare = without(toy_quality_seed, "[grades.limits.p]\nvalue = 20", '[[grades]]\nname = "remelt"')
    assert faults(bare) == ["grades.second: limits or sums are missing"]
    sums = '[[grades.sums]]\nname = "all"\nof = ["p", "q", "r"]\nvalue = 30\nunit = "ppm"\nverification = "assumed"\n'
    summed = bare.replace('[[grades]]\nname = "remelt"', f'{sums}source = "law"\n[[grades]]\nname = "remelt"')
    assert parse(summed, PATH).grades[1].sums[0].of == ["p", "q", "r"]
    last = changed(toy_quality_seed, ("[[causes]]", f'{sums}source = "law"\n[[causes]]'))
    assert faults(last) == ["grades.remelt: the last grade takes every lot: it has no limits"]


def test_parts_of_it_alone_are_told(toy_quality_seed: Seed) -> None:
    grading = "quality: missing: a process that grades its lots needs it"
    assert faults(without(toy_quality_seed, "[quality]", "[[grades]]")) == [grading]
    lots = without(toy_quality_seed, "[[grades]]", "[[causes]]")
    assert faults(lots) == ["grades: missing: a process that grades its lots needs it"]
    causes = toy_quality_seed.text[toy_quality_seed.text.index("[[causes]]") :]
    table = toy_quality_seed.text[: toy_quality_seed.text.index("[quality]")]
    assert faults(table + causes) == [grading, "grades: missing: a process that grades its lots needs it"]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_grades_are_told(toy_quality_seed: Seed, count: int) -> None:
    start = toy_quality_seed.text[: toy_quality_seed.text.index("[[grades]]")]
    remaining = toy_quality_seed.text[toy_quality_seed.text.index('[[grades]]\nname = "remelt"') :]
    causes = remaining[remaining.index("[[causes]]") :]
    text = f"grades = []\n{start}{causes}" if count == 0 else start + remaining
    assert f"grades: got {count}: expected 2 or more, the last for what keeps no other" in faults(text)


def test_a_claim_may_cost_just_what_the_best_grade_brings_over_the_last(toy_quality_seed: Seed) -> None:
    text = changed(toy_quality_seed, ("claim_cost = { value = 300", "claim_cost = { value = 150"))
    assert parse(text, PATH).quality_rules.claim_cost.value == 150


def test_a_cause_is_named_once(toy_quality_seed: Seed) -> None:
    causes = toy_quality_seed.text[toy_quality_seed.text.index("[[causes]]") :]
    assert faults(f"{toy_quality_seed.text}\n{causes}") == ["causes.raw_material: named 2 times"]


def test_a_quality_process_without_rules_and_grades_is_refused(toy_quality_seed: Seed) -> None:
    without = toy_quality_seed.text[: toy_quality_seed.text.index("[quality]")]
    with pytest.raises(SeedError, match="quality: missing") as caught:
        parse(without, PATH)
    assert "grades: missing" in str(caught.value)


def test_the_same_table_as_a_regression_has_neither_elements_nor_defects(toy_quality_seed: Seed) -> None:
    without = toy_quality_seed.text[: toy_quality_seed.text.index("[quality]")]
    seed = parse(without.replace('task = "quality"', 'task = "regression"'), PATH)
    assert seed.quality is None
    assert seed.elements == ()
    assert seed.defects == ()


def test_a_regression_seed_with_grades_is_refused(toy_seed: Seed, toy_quality_seed: Seed) -> None:
    grades = toy_quality_seed.text[toy_quality_seed.text.index("[[grades]]") :]
    with pytest.raises(SeedError, match="grades: belongs to the task quality"):
        parse(f"{toy_seed.text}\n{grades}", Path("toy_cells.toml"))


PLANT = """
[plant]
rng_seed = 1
start = 2024-01-01
units = 10
years = 1
[plant.parameters]
slimes = { value = 2.0, unit = "mg/L", source = "law", spread = 0.15 }
rate = { value = 1.0, unit = "1/d", source = "law" }
"""


def test_the_mean_of_plants_may_differ_from_the_value_of_this_one(toy_quality_seed: Seed) -> None:
    def text(typical: str) -> str:
        return toy_quality_seed.text + PLANT.replace(", spread = 0.15", typical)

    plant = parse(text(", typical = 1.5, spread = 0.15"), PATH).plant
    assert plant is not None
    assert (plant.value("slimes"), plant.parameters["slimes"].mean) == (2.0, 1.5)
    for typical, expected in (
        (", typical = 1.5", "got typical = 1.5 without a spread: expected both, or the value alone"),
        (", typical = -1.5, spread = 0.1", "got typical = -1.5: expected the sign of the value 2, and not 0"),
        (", typical = 0, spread = 0.1", "got typical = 0: expected the sign of the value 2, and not 0"),
        (", typical = nan, spread = 0.1", "finite number"),
    ):
        result = faults(text(typical))
        assert any(fault.startswith("plant.parameters.slimes") and expected in fault for fault in result), result


def test_a_parameter_may_spread_between_plants(toy_quality_seed: Seed) -> None:
    plant = parse(toy_quality_seed.text + PLANT, PATH).plant
    assert plant is not None
    assert plant.parameters["slimes"].spread == 0.15
    assert plant.parameters["rate"].spread is None
    assert plant.value("slimes") == 2.0
    for spread, predictions in (("0", "greater than 0"), ("1.5", "less than or equal to 1"), ("nan", "finite number")):
        result = faults(toy_quality_seed.text + PLANT.replace("spread = 0.15", f"spread = {spread}"))
        assert any(fault.startswith("plant.parameters.slimes.spread") and predictions in fault for fault in result), (
            result
        )
    assert plant.parameters["slimes"].mean == 2.0
    regime = '[[plant.regimes]]\nstart = 2024-06-01\nname = "new"\ndescription = "another"\n'
    change = 'change = { slimes = { value = 3.0, unit = "mg/L", source = "law", spread = 0.1 } }\n'
    assert faults(toy_quality_seed.text + PLANT + regime + change) == [
        "plant.regimes.new.change.slimes.spread: unknown key"
    ]
