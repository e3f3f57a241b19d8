"""Size and sentences of a grader's trial, worked out by hand."""

from dataclasses import replace

import pytest
from rich.console import Console
from rich.table import Table

from seeds import load
from training.quality.trial import QualityTrial, plant_size, tables

METRICS = {
    "released": 0.6251,
    "downgraded": 0.1249,
    "assayed_share": 0.25,
    "cost_assay_all": 6.0,
    "cost_assay_none": 10.636,
    "cost": 3.514,
    "released_unassayed": 300.0,
    "false_release": 0.01333,
    "truth_false_release": 0.00667,
    "coverage_90": 0.9125,
    "before_lots": 60.0,
    "before_coverage_90": 0.78,
    "before_adaptive_coverage_90": 0.7733,
    "after_lots": 340.0,
    "after_coverage_90": 0.8612,
    "after_adaptive_coverage_90": 0.8971,
}
FOUND = QualityTrial("toy_lots", 4, 400, METRICS, 183, 0.02, 0.95)


def printed(result, capsys):
    console = Console(width=300)
    for part in tables(result):
        console.print(part, markup=False)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line and not set(line) <= {"─", "╶", "╴", " "}]


def test_a_plant_lasts_for_the_lots_of_each_unit_and_one_more():
    seed = load("copper_cathode")
    days = seed.period.total_seconds() / 86_400
    assert plant_size(seed, 1000) == pytest.approx({"years": (1000 / seed.plant.units + 1) * days / 365.25})


def test_the_terminal_says_what_was_decided_what_it_cost_and_what_was_promised(capsys):
    assert printed(FOUND, capsys) == [
        "toy_lots: version 4 on 400 lots of a plant with other parameters",
        "decision lots",
        "released 62.5%",
        "downgraded 12.5%",
        "to the laboratory 25.0%",
        "cost against an oracle that knows every assay $/t",
        "every lot to the laboratory 6.00",
        "every lot released in the intended grade 10.64",
        "as decided 3.51",
        "lots covered by joint 90% intervals lots fixed adaptive",
        "before 50 assays are known 60 78.0% 77.3%",
        "from then on 340 86.1% 89.7%",
        "1.33% of 300 released lots break their grade by their assay (0.67% in truth); at most 2% was promised for the "
        "plant that it was trained on. That promise is withdrawn here: it was made for another plant, until assays of "
        "183 lots to be released show it for this one, as they do.",
        "A simulation at the seed's costs: no claim about a plant.",
    ]


def test_without_a_released_lot_the_terminal_says_so(capsys):
    idle = replace(FOUND, metrics=METRICS | {"released_unassayed": 0.0, "false_release": float("nan")})
    assert printed(idle, capsys)[-2].startswith("no lot was released without an assay. That promise is withdrawn here")
    one = replace(FOUND, metrics=METRICS | {"released_unassayed": 1.0})
    assert printed(one, capsys)[-2].startswith("1.33% of 1 released lots break their grade")


def test_what_was_decided_is_bold_and_tables_begin_at_the_edge():
    decisions, costs, joint = (part for part in tables(FOUND) if isinstance(part, Table))
    assert (decisions.pad_edge, costs.pad_edge, joint.pad_edge) == (False, False, False)
    assert [row.style for row in costs.rows] == [None, None, "bold"]
    assert [row.style for row in decisions.rows] == [None] * 3


def test_a_promise_that_the_lots_do_not_show_stays_withdrawn(capsys):
    """That at most 2 % are bad takes 183 good lots at 97.5 %, half of the error of 95 % being left for later looks."""
    assert printed(replace(FOUND, shown_after=None), capsys)[-2].endswith(
        "That promise is withdrawn here: it was made for another plant, and assays of lots of this one do not show it "
        "(at least 183 to be released needed)."
    )


def test_without_lots_after_the_first_assays_the_table_says_what_there_is(capsys):
    few = replace(FOUND, metrics={name: value for name, value in METRICS.items() if not name.startswith("after")})
    few = replace(few, metrics=few.metrics | {"after_lots": 0.0})
    shown = printed(few, capsys)
    assert "before 50 assays are known 60 78.0% 77.3%" in shown
    assert not any(line.startswith("from then on") for line in shown)
