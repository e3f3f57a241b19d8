"""The command that recommends set-points: what it prints, what it writes, and how it ends where it cannot."""

import re
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from models.processes.lookup import response_of
from models.setpoints.advice import GainEstimate, UnitRecommendation
from models.setpoints.line.advice import LineAdvice
from models.setpoints.lot_advice import LotAdvice
from nonferrous.command_line import main
from nonferrous.table_request import Requested
from operations.set_points import graded_lots, requests
from operations.set_points.answers import advice_rows
from operations.set_points.line import line_part
from operations.set_points.lots import AskedLots, LotForm, lot_rows
from operations.set_points.requests import ParsedSetpointRequest
from seeds import load

SETPOINTS = {
    "line_current_target": 400.0,
    "voltage_setpoint": 4.0,
    "excess_alf3_target": 11.5,
    "metal_level_target": 22.0,
}


def advised(number, gain, refusal=None):
    moves = {"voltage_setpoint": -0.0125 if gain else 0.0, "metal_level_target": -1.0 if gain else 0.0}
    return UnitRecommendation(
        unit=f"A-{number:03d}",
        start=pd.Timestamp("2026-11-01"),
        plan=SETPOINTS,
        moves=moves,
        gain=GainEstimate(gain, gain - 4.0, gain + 4.0),
        effects={},
        limits=(),
        cause="a bath that dissolves less metal" if gain else None,
        supporting_rows=40,
        nearest=(),
        refusal=refusal,
    )


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Runner of the command in `tmp_path` on stand-in advice; the exit code, output and errors."""

    def run(*arguments, process="aluminium_reduction", advices=(), notes=(), line=None):
        seed = load(process)
        model = SimpleNamespace(seed=seed, response=response_of(load("aluminium_reduction")))
        calls = []

        def job(seed, operation, data, options, step):
            calls.append((str(data), options(None)["prices"]))
            form = operation.form(seed, 100)
            rows = [{seed.key.name: one.unit, seed.clock.name: "2026-11-01"} for one in advices]
            units = [one.unit for one in advices]
            if isinstance(form, LotForm):
                result = lot_rows(advices, AskedLots(rows, [], units, {}), form, {})
            else:
                result = advice_rows(advices, ParsedSetpointRequest(rows, units, pd.DataFrame(), {}), model)
            part = {} if line is None else {"line": line_part(line, seed)}
            return Requested(operation, form, 3, 90, tuple(notes), {"recommendations": result, **part})

        monkeypatch.setattr("nonferrous.recommend.requested", job)
        monkeypatch.setattr(sys, "argv", ["nonferrous", "recommend", process, *arguments])
        monkeypatch.setattr("signal.signal", lambda *given: None)
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        return SimpleNamespace(code=end.value.code or 0, out=output.out, err=output.err, asked=calls)

    return run


FILES = ("--data", "rows.parquet", "--out", "advice.csv")
SOME = [
    *(advised(i, gain=float(i)) for i in range(1, 15)),
    advised(20, 0.0),
    advised(21, 0.0, "doubt: the best move would bring 3.1 a day, give or take 4.0"),
    advised(22, 0.0, "doubt: the best move would bring 2.2 a day, give or take 5.1"),
]


def test_the_best_ten_moves_and_the_refusals_are_shown_in_80_columns(command):
    result = command(*FILES, advices=SOME)
    assert result.code == 0
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in result.out
    assert re.findall(r"^ (A-0\d\d)", result.out, re.MULTILINE) == [f"A-{i:03d}" for i in range(14, 4, -1)]
    assert lines[0] == "aluminium_reduction: version 3 on 90 rows, 17 units to advise"
    assert "moves for 14 units, together +105 $/d" in lines
    assert "as good as planned: 1 unit" in lines
    assert "refused: 2 units" in lines
    assert "  2 doubt: the best move would bring … a day, give or take …" in lines
    assert "voltage_setpoint -0.0125 V" in result.out
    assert "14.0 (10.0 to 18.0)" in result.out
    assert "all 17 units: advice.csv" in lines


def test_the_file_holds_a_row_a_unit(command, tmp_path):
    command(*FILES, advices=SOME)
    assert pd.read_csv(tmp_path / "advice.csv")["unit"].tolist() == [one.unit for one in SOME]
    command("--data", "rows.parquet", "--out", "advice.parquet", advices=SOME)
    assert pd.read_parquet(tmp_path / "advice.parquet")["gain [$/d]"].tolist() == [one.gain.value for one in SOME]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["advice.csv", "advice.parquet"]


def test_it_says_where_plans_are_not_those_of_the_table(command):
    went_on = command(*FILES, advices=SOME, notes=[requests.GOES_ON]).out
    assert "Warning: no row plans a period: the last set-points are assumed to stay" in went_on
    subset = command(*FILES, advices=SOME, notes=[requests.unplanned(4)]).out
    assert "no advice for 4 units whose newest row is no plan" in subset
    assert "Warning" not in subset


def test_where_nothing_moves_there_is_no_table(command):
    result = command(*FILES, advices=[advised(1, 0.0, "doubt: none")])
    assert "that bring most" not in result.out
    assert "moves for 0 units" in result.out


def lot(number, gain):
    return LotAdvice(
        unit=f"G-{number:03d}",
        start=pd.Timestamp("2026-11-01"),
        plan={"glue_dose": 80.0},
        moves={"glue_dose": -8.0 if gain else 0.0},
        gain=GainEstimate(gain, gain - 1.0, gain + 1.0),
        effects={},
        limits=(),
        cause="less s: sulphur in the lot's sample, by the laboratory" if gain else None,
        supporting_rows=40,
        nearest=(),
        refusal=None,
        keeps={"cu_cath_1": (0.9, 0.95)},
    )


def test_lots_are_shown_with_gains_a_tonne(command, tmp_path):
    result = command(
        *FILES, process="copper_cathode", advices=[lot(1, 4.0), lot(2, 2.0), lot(3, 0.0)], notes=[graded_lots.GOES_ON]
    )
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "moves for 2 units, on average +3 $/t" in lines
    assert "as good as planned: 1 unit" in lines
    assert "Warning: no row plans a lot: each unit is assumed to make one more" in result.out
    assert "glue_dose -8 g/t" in result.out
    assert "a tonne of the lot to come" in result.out
    assert pd.read_csv(tmp_path / "advice.csv")["chance of cu_cath_1 [1]"].tolist() == [0.95, 0.95, 0.95]


def test_prices_of_a_sorter_are_those_of_its_bins(command):
    result = command(*FILES, "--price", "copper.brass=-3", process="heavy_scrap")
    assert result.asked == [("rows.parquet", {"copper.brass": -3.0})]
    refused = command(*FILES, "--price", "gold.brass=-3", process="heavy_scrap")
    (line,) = refused.err.splitlines()
    assert line.startswith("error: --price: got 'gold.brass=-3': expected NAME=VALUE with a name of copper.copper, ")
    assert line.endswith(", ...")


LINE = {
    "setpoint": "line_current_target",
    "start": pd.Timestamp("2026-11-01"),
    "units": 18,
    "known": 17,
    "plan": 400.0,
}


def test_what_the_line_gains_stands_under_the_table_and_its_moves_in_the_file(command, tmp_path):
    moves = {"A-002": {"voltage_setpoint": 0.025, "metal_level_target": 0.0}}
    gains = {"gain": GainEstimate(900.0, 200.0, 1600.0), "gain_without_shared_move": GainEstimate(105.0, 50.0, 160.0)}
    line = LineAdvice(
        **LINE, **gains, move=2.5, moves=moves, before=28.0, after=28.4, infeasible_units={"A-009": "superheat"}
    )
    result = command(*FILES, advices=SOME, line=line)
    message = result.out.partition("that bring most")[2].splitlines()
    assert "the line's line_current_target: +2.5 kA, to 402.5 kA" in message
    assert "  brings +900 $/d (+200 to +1600), as planned +105" in message
    assert "  power from 28.0 to 28.4 MW" in message
    assert "  1 unit cannot keep a limit: A-009" in message
    assert max(map(len, message)) <= 80
    rows = pd.read_csv(tmp_path / "advice.csv").set_index("unit")
    assert rows["line_current_target move with the line [kA]"].unique().tolist() == [2.5]
    assert rows["voltage_setpoint move with the line [V]"].loc[["A-001", "A-002"]].tolist() == [0.0, 0.025]


def test_a_line_that_stays_says_why(command, tmp_path):
    refusal = "support: 405 kA is beyond 396 to 403 kA"
    stays = LineAdvice(
        **LINE, gain=GainEstimate(9, 1, 17), gain_without_shared_move=GainEstimate(9, 1, 17), refusal=refusal
    )
    message = command(*FILES, advices=SOME, line=stays).out.splitlines()
    assert message[-3:-1] == ["the line's line_current_target stays at 400 kA", f"  {refusal}"]
    assert not [name for name in pd.read_csv(tmp_path / "advice.csv") if "with the line" in name]
    unknown = LineAdvice(**{**LINE, "plan": float("nan")}, refusal="line: a part")
    message = command(*FILES, advices=SOME, line=unknown).out.splitlines()
    assert message[-3:-1] == ["the line's line_current_target stays as planned", "  line: a part"]


def test_prices_reach_the_model(command):
    result = command(*FILES, "--price", "power_price=0.06", "--price", "carbon_price_direct=80", advices=SOME)
    assert result.asked == [("rows.parquet", {"power_price": 0.06, "carbon_price_direct": 80.0})]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((*FILES, "--price", "power=0.06"), "--price: got 'power=0.06': expected NAME=VALUE with a name of "),
        (
            (*FILES, "--price", "power_price"),
            "--price: got 'power_price': expected NAME=VALUE with a name of ",
        ),
        ((*FILES, "--price", "power_price=dear"), "--price power_price: got 'dear': expected a number in $/kWh"),
        (
            ("--data", "rows.parquet", "--out", "a.txt"),
            "--out: got a.txt: expected a file that ends in ",
        ),
        (
            ("--data", "rows.parquet", "--out", "nowhere/a.csv"),
            "--out: got nowhere/a.csv: expected a file in a folder that exists",
        ),
    ],
)
def test_what_cannot_be_asked_ends_with_one_line(command, arguments, error):
    result = command(*arguments, advices=SOME)
    assert result.code == 2
    assert result.asked == []
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: {error}")
