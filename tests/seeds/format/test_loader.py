"""What a seed may say, and that everything wrong with one is told at once."""

import datetime as dt
import re
from pathlib import Path

import pytest

from seeds import SeedError, folder, load, load_all, names
from seeds.format.loader import parse


@pytest.fixture
def spoil(toy_seed, tmp_path):
    """Faults of the toy seed after replacing a part of its text."""

    def messages_of(old, new, name="toy_cells"):
        assert old in toy_seed.text
        with pytest.raises(SeedError) as caught:
            parse(toy_seed.text.replace(old, new, 1), tmp_path / f"{name}.toml")
        return list(caught.value.faults)

    return messages_of


X, Y, Z = 'name = "x_set"\nrole = "setpoint"', 'name = "y"\nrole = "target"', 'name = "z"\nrole = "during"'
Z_RANGE = "low = 0\nhigh = 8\ntypical = { mean = 4, sd = 0.5 }"
LABEL = 'label_noise = { value = 0.5, unit = "%", source = "law" }'
LAW = 'law = { text = "y = 90 + 0.5 (x - 10) - 2 z + unit offset + noise", year = 2026 }'
DELAY = 'delay = { value = 6, unit = "h", source = "law" }'
PERIOD = 'period = { value = 30, unit = "d" }'
SHADOW = 'shadow = { value = 60, unit = "d", source = "law" }'
PREVIOUS = 'previous = { column = "y", periods = 1 }'


def test_a_seed_as_read(toy_seed):
    assert (toy_seed.process.name, toy_seed.period) == ("toy_cells", dt.timedelta(days=30))
    assert [column.name for column in toy_seed.inputs] == ["previous_y", "x_set", "z"]
    assert (toy_seed.key.name, toy_seed.clock.name, toy_seed.target.name) == ("unit", "period_start", "y")
    assert toy_seed.column("z").limits == (0.0, 8.0)
    assert [column.name for column in toy_seed.by_role("late")] == ["tapped"]
    assert (toy_seed.assumed, toy_seed.practice) == (1, 0)
    assert toy_seed.references["law"].year == 2026
    assert toy_seed.digest.startswith("sha256:")
    with pytest.raises(TypeError, match="column unit is no number"):
        _ = toy_seed.key.limits
    with pytest.raises(KeyError, match="nowhere"):
        toy_seed.column("nowhere")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('task = "regression"', 'task = "smelting"', r"process.task: got 'smelting': .*'regression', 'classification'"),
        ('title = "Made-up', 'colour = "red"\ntitle = "Made-up', r"process.colour: unknown key"),
        ('title = "Made-up cells with a known linear law"', 'title = " "', r"process.title: got ' ': expected a text"),
        ('title = "Made-up cells with a known linear law"', "", r"process.title: missing"),
        ("value = 30", "value = 0", r"process.period.value: got 0: .*greater than 0"),
        ('value = 30, unit = "d"', 'value = 30, unit = "month"', r"process.period.unit: got 'month'"),
        (PERIOD, f"{PERIOD}\nshadow = 14", r"process.shadow: got 14: .*valid dictionary"),
        (PERIOD, f"{PERIOD}\n{SHADOW.replace('60', '0')}", r"process.shadow.value: got 0: .*greater than 0"),
        (PERIOD, f"{PERIOD}\n" + SHADOW.replace('"d"', '"kg"'), r"process.shadow.unit: got 'kg'"),
        (PERIOD, f"{PERIOD}\nshadow = {{ value = 60, unit = 'd' }}", r"process.shadow.source: missing"),
        (PERIOD, f"{PERIOD}\n{SHADOW.replace('law', 'hearsay')}", r"process.shadow: got source 'hearsay'"),
        (
            PERIOD,
            f"{PERIOD}\n{SHADOW.replace('60', '14')}",
            r"process.shadow: got 14 d: expected at least 30 d, the delay of the outcomes",
        ),
        (PERIOD, SHADOW, r"columns: got a column of role time: expected also process.period"),
        ('unit_key = "unit"', "", r"process.unit_key: got none: expected the one column of role key, of unit"),
        ('unit_key = "unit"', 'unit_key = "pot"', r"process.unit_key: got 'pot': expected the one column of role key"),
        ("[references]", "[referenzes]", r"referenzes: unknown key"),
        (Z, f'{Z}\ncolor = "red"', r"columns.z.color: unknown key"),
        (Z, 'name = "Z 1"\nrole = "during"', r"columns.Z 1.name: got 'Z 1': .*pattern"),
        (Z, 'name = "z"\nrole = "while"', r"columns.z.role: got 'while'"),
        (Z, 'name = "x_set"\nrole = "during"', r"columns.x_set: named 2 times"),
        ('unit = "V"', "", r"columns.z: unit is missing: a number column needs unit and source"),
        ('unit = "V"', 'unit = "Volt"', r"columns.z.unit: got 'Volt': expected a unit such as kA"),
        (Z_RANGE, Z_RANGE.replace("0\n", "9\n"), r"columns.z: range is upside down: low 9 is not below high 8"),
        (Z_RANGE, Z_RANGE.replace("mean = 4", "mean = 9"), r"columns.z: typical mean 9 lies outside low 0 to high 8"),
        (
            Z_RANGE,
            Z_RANGE.replace("sd = 0.5", "sd = -1"),
            r"columns.z.typical.sd: got -1: .*greater than or",
        ),
        (Z_RANGE, Z_RANGE.replace("high = 8", "high = inf"), r"columns.z.high: got inf: expected a finite number"),
        (Z_RANGE, Z_RANGE.replace("low = 0", 'low = "0"'), r"columns.z.low: got '0': .*valid number"),
        ('source = "law"\nsign = -1', "sign = -1", r"columns.z: source is missing"),
        ('source = "law"\nsign = -1', 'source = ""\nsign = -1', r"columns.z.source: got '': expected a text, got none"),
        (
            'source = "law"\nsign = -1',
            'source = "hearsay"',
            r"columns.z: got source 'hearsay': expected a key of \[references\], 'practice: .+' or 'assumed: why'",
        ),
        (
            'source = "law"\nsign = -1',
            'source = "assumed: "',
            r"columns.z: got source 'assumed: ': expected 'assumed: why'",
        ),
        (
            'source = "law"\nsign = -1',
            'source = "practice:"',
            r"columns.z: got source 'practice:': expected 'practice: what plants do'",
        ),
        (
            'source = "law"\nsign = -1',
            'source = "practice, 4 V"',
            r"columns.z: got source 'practice, 4 V': expected 'practice: what plants do'",
        ),
        (LAW, 'law = "author, title, 1993"', r"references.law: got 'author, .*expected { text = .*, year = 1993 }$"),
        ("year = 2026", "year = 1799", r"references.law.year: got 1799: .*greater than or equal to 1800"),
        ("year = 2026", "year = 2101", r"references.law.year: got 2101: .*less than or equal to 2100"),
        ("year = 2026", "year = 1993.5", r"references.law.year: got 1993.5: .*integer"),
        ("year = 2026", 'year = "1993"', r"references.law.year: got '1993': .*integer"),
        (", year = 2026", "", r"references.law.year: missing"),
        ("year = 2026", 'year = 2026, url = "x"', r"references.law.url: unknown key"),
        ("sign = -1", "sign = -2", r"columns.z.sign: got -2"),
        (
            "sign = -1",
            "scale = 0.001",
            r"columns.z: scale converts the unit of a tag: expected a tag",
        ),
        ("sign = -1", 'tag = "z"\nscale = 0.001', r"columns.z: scale converts the unit of a tag"),
        ("sign = -1", 'tag = "y"', r"columns.z.tag: got 'y': expected no other column's name"),
        ("sign = -1", "bounds = [1, 2]", r"columns.z: bounds belongs to a set-point, this column has role during"),
        ("sign = -1", PREVIOUS, r"columns.z: previous makes a before column, this one has role during"),
        ("bounds = [5, 15]", "bounds = [15, 5]", r"columns.x_set: bounds \[15, 5\] must rise and lie within low 0"),
        ("bounds = [5, 15]", "bounds = [5, 25]", r"columns.x_set: bounds \[5, 25\] must rise and lie within low 0"),
        ("step = 2", "step = 0", r"columns.x_set.step: got 0: .*greater than 0"),
        (', source = "assumed: small" }', " }", r"columns.x_set.move_cost.source: missing"),
        ("periods = 1", "periods = 0", r"columns.previous_y.previous.periods: got 0"),
        (
            PREVIOUS,
            PREVIOUS.replace('"y"', '"w"'),
            r"columns.previous_y.previous.column: got 'w': expected another",
        ),
        (
            PREVIOUS,
            PREVIOUS.replace('"y"', '"unit"'),
            r"previous.column: got 'unit': expected a number column",
        ),
        (
            PREVIOUS,
            PREVIOUS.replace('"y"', '"previous_y"'),
            r"previous.column: got 'previous_y': .* is made itself",
        ),
        (PREVIOUS, PREVIOUS.replace('"y"', '"z"'), r"columns.previous_y.unit: got '%': expected 'V' as of column z"),
        (
            'description = "cell"',
            'description = "cell"\nlow = 0',
            r"columns.unit: low belongs to a number column",
        ),
        ('role = "time"', 'role = "key"', r"columns: got no column of role time: expected one for process.period"),
        (Y, 'name = "y"\nrole = "late"', r"columns: got no column of role target: expected at least 1"),
        (Y, 'name = "w"\nrole = "target"', r"targets: column w has role target and no entry here"),
        ("[targets.y]", "[targets.w]", r"targets.w: expected a column of role target with this name, or derived_from"),
        ("[targets.y]", "[targets]\nu = 5\n[targets.w]", r"targets.w: expected a column of role target with this name"),
        (LABEL, LABEL.replace('"%"', '"V"'), r"targets.y.label_noise.unit: got 'V': expected '%'"),
        (LABEL, 'derived_from = "q"', r"targets.y.derived_from: got 'q': expected a target column"),
        (LABEL, f'derived_from = "q"\n{DELAY}', r"targets.y.delay: belongs to the target 'q' that this one is derived"),
        (LABEL, DELAY.replace("6", "-1"), r"targets.y.delay.value: got -1: .*greater than or equal to 0"),
        (LABEL, DELAY.replace('"h"', '"week"'), r"targets.y.delay.unit: got 'week'"),
        (LABEL, DELAY.replace(', source = "law"', ""), r"targets.y.delay.source: missing"),
        (LABEL, DELAY.replace('"law"', '"hearsay"'), r"targets.y.delay: got source 'hearsay': expected a key"),
        ('[targets.y]\nunit = "%"', '[targets.y]\nunit = "V"', r"targets.y.unit: got 'V': expected '%' as in the colu"),
        ("[process]", 'text = "x"\n[process]', r"text: unknown key"),
        ("[process]", "[process", r"no valid TOML: .*line 1"),
    ],
)
def test_a_fault_is_told_with_place_and_expectation(spoil, old, new, expected):
    assert re.search(expected, "\n".join(spoil(old, new)))


def test_a_delay_is_that_of_the_target_and_one_period_where_none_is_stated(toy_seed, tmp_path):
    assert toy_seed.delay == dt.timedelta(days=30)
    for stated, expected in ((DELAY, dt.timedelta(hours=6)), (DELAY.replace("6", "0"), dt.timedelta(0))):
        seed = parse(toy_seed.text.replace(LABEL, stated), tmp_path / "toy_cells.toml")
        assert seed.delay == expected


def test_a_shadow_period_is_read_and_may_be_as_short_as_the_delay(toy_seed, tmp_path):
    assert toy_seed.process.shadow is None
    for stated, delay in ((SHADOW, LABEL), (SHADOW.replace('60, unit = "d"', '6, unit = "h"'), DELAY)):
        text = toy_seed.text.replace(PERIOD, f"{PERIOD}\n{stated}").replace(LABEL, delay)
        seed = parse(text, tmp_path / "toy_cells.toml")
        assert seed.process.shadow.timedelta == (dt.timedelta(days=60) if delay is LABEL else seed.delay)
        assert seed.sources["process.shadow"] == "law"


def test_the_delay_of_a_lot_is_the_longest_of_its_labels(tmp_path):
    text = (Path(__file__).parents[2] / "toys" / "toy_lots.toml").read_text()
    plain = parse(text, tmp_path / "toy_lots.toml")
    first = f"[targets.{plain.elements[0].name}]\n"
    seed = parse(text.replace(first, first + DELAY.replace("6", "6000") + "\n"), tmp_path / "toy_lots.toml")
    assert plain.delay == plain.process.period.timedelta
    assert seed.delay == dt.timedelta(hours=6000)


def test_practice_is_counted_beside_assumptions(toy_seed, tmp_path):
    text = toy_seed.text.replace('source = "law"\nsign = -1', 'source = "practice: 3.9-4.1 V"')
    seed = parse(text, tmp_path / "toy_cells.toml")
    assert (seed.assumed, seed.practice, len(seed.sources)) == (1, 1, len(toy_seed.sources))


def test_the_name_of_the_file_is_the_process(spoil):
    assert spoil("[process]", "[process]", "toy") == ["process.name: got 'toy_cells': expected the file's name, 'toy'"]


def test_a_part_of_the_wrong_kind_is_told_and_the_rest_is_still_checked(tmp_path):
    text = 'columns = [1, { name = 3 }]\ntargets = "y"\nprocess = 7\nreferences = []\n'
    with pytest.raises(SeedError) as caught:
        parse(text, tmp_path / "odd.toml")
    predictions = "\n".join(caught.value.faults)
    for place in ("columns.0:", "columns.3.name: got 3", "targets: got 'y'", "process: got 7", "references: got []"):
        assert place in predictions
    assert "columns: got no column of role target" in predictions


def test_all_faults_are_told_at_once_wherever_they_are(spoil, toy_seed):
    """One column, several columns, other tables, and what only a comparison shows."""
    old = toy_seed.text[toy_seed.text.index("[process]") :]
    new = (
        old.replace("regression", "smelting")
        .replace('unit = "V"\nlow = 0\nhigh = 8', "low = 9\nhigh = 8\ncolor = 1")
        .replace("bounds = [5, 15]\nstep = 2\n", "")
        .replace('column = "y"', 'column = "w"')
        .replace('[targets.y]\nunit = "%"', '[targets.y]\nunit = "V"')
    )
    predictions = spoil(old, new, "other")
    for place in (
        "process.task",
        "columns.z.color: unknown key",
        "columns.z: unit is missing",
        "columns.z: range is upside down",
        "process.name",
        "columns.previous_y.previous.column",
        "targets.y.unit",
    ):
        assert sum(fault.startswith(place) for fault in predictions) == 1, place
    # and the unit of label noise, which is compared with that of its target
    assert len(predictions) == 8


def test_an_error_names_the_file_in_each_line(toy_seed, tmp_path):
    path = tmp_path / "toy_cells.toml"
    path.write_text(toy_seed.text.replace("[process]", "[process]\none = 1\ntwo = 2"), encoding="utf-8")
    with pytest.raises(SeedError, match="one: unknown key") as caught:
        load(path)
    assert str(caught.value).splitlines() == [f"{path}: process.one: unknown key", f"{path}: process.two: unknown key"]


def test_seeds_are_those_of_the_folder_that_the_environment_names(toy_seed, toy_folder, tmp_path, monkeypatch):
    packaged = names()
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    assert folder() == tmp_path / "seeds"
    assert names() == ("toy_cells",)
    assert load("toy_cells") == toy_seed
    assert load_all() == {"toy_cells": toy_seed}
    with pytest.raises(SeedError, match=r"seeds/nowhere.toml: no such seed; .* holds: toy_cells"):
        load("nowhere")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(tmp_path / "none"))
    with pytest.raises(SeedError, match=r"none: no such folder: expected a folder of seeds \(\*.toml\)"):
        names()
    monkeypatch.delenv("NONFERROUS_SEEDS")
    assert names() == packaged


def test_the_packaged_folder_holds_seeds_that_load():
    result = load_all()
    assert list(result) == sorted(result)
    assert all(seed.process.name == name for name, seed in result.items())


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_bytes(b'title = "\xe4"')
    with pytest.raises(SeedError, match=r"bad.toml: byte 9 is not UTF-8"):
        load(path)


def test_digest_is_that_of_the_bytes(toy_seed, tmp_path):
    path = tmp_path / "toy_cells.toml"
    path.write_bytes(toy_seed.text.replace("\n", "\r\n").encode())
    assert load(path).digest != toy_seed.digest
    assert load(path).columns == toy_seed.columns


def test_a_seed_cannot_be_changed(toy_seed):
    with pytest.raises(ValueError, match="frozen"):
        toy_seed.process.name = "other"


def test_a_text_that_is_read_again_gives_an_equal_seed_of_its_own(toy_seed, tmp_path):
    path = tmp_path / "toy_cells.toml"
    one, other = parse(toy_seed.text, path), parse(toy_seed.text, path)
    assert one == other == toy_seed
    assert one.sources == toy_seed.sources
    del one.targets["y"], one.columns[:]
    assert other == parse(toy_seed.text, path) == toy_seed
    known = other.column("y")  # what a seed has computed once is no other's
    other.columns.clear()
    assert parse(toy_seed.text, path).model_copy(update={"columns": [known]}).inputs == ()


def test_a_text_with_a_fault_is_told_each_time_by_its_own_file(toy_seed, tmp_path):
    for name in ("ores", "pots", "ores"):
        with pytest.raises(
            SeedError, match=rf"^.*{name}\.toml: process\.name: got 'toy_cells': expected the file's name"
        ):
            parse(toy_seed.text, tmp_path / f"{name}.toml")


@pytest.mark.parametrize("unit", ["", "kg/", "kilowatt", "KA", "kW h", "mpH", "kg//h", "°K", "m3h"])
def test_a_unit_in_another_spelling_is_refused(spoil, unit):
    assert f"columns.z.unit: got '{unit}': expected a unit such as" in spoil('unit = "V"', f'unit = "{unit}"')[0]


@pytest.mark.parametrize("unit", ["1", "%", "kA", "A/cm²", "m³/h", "kWh/t", "W/m²/K", "kgCO2e/kWh", "°C", "1/d", "pH"])
def test_a_unit_in_the_one_spelling_is_taken(toy_seed, tmp_path, unit):
    text = toy_seed.text.replace('unit = "V"', f'unit = "{unit}"')
    assert parse(text, tmp_path / "toy_cells.toml").column("z").unit == unit
