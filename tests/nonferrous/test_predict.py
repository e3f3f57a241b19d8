"""`nonferrous predict`: what it writes is what the service answers, and what is left where it cannot."""

import json
import sys
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.online.received import Interval
from models.online.review_queue import Arrival, OnlineState
from models.table import parts
from models.table.inputs import matrix
from models.uncertainty.adaptive_intervals import AdaptiveInterval
from nonferrous.batch_file import write_batches
from nonferrous.command_line import main
from nonferrous.predict import with_outcomes
from operations.outcomes.numbers import NumberStates
from records import online_states
from records.database import Database, now
from serving.wire import arrow_tables

FRAMES = {
    "toy_cells": ("save_toy_model", "toy_frame"),
    "toy_ores": ("save_toy_classifier", "toy_class_frame"),
    "toy_scrap": ("save_toy_sorter", "toy_sorting_frame"),
    "toy_lots": ("save_toy_grader", "toy_quality_frame"),
}


@pytest.fixture
def run(monkeypatch, capfd, tmp_path, toy_folder):
    """Runner of the command by a stand-in for the registry; the exit code, output and errors."""

    def done(process, model, *arguments):
        monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(process)))
        monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))  # not that of who runs the tests
        monkeypatch.setattr(
            "registry.tracking.Tracking",
            lambda settings: SimpleNamespace(versions=lambda name: [], model=lambda champion: model),
        )
        monkeypatch.setattr("registry.promotion.champion_of", lambda name, versions: SimpleNamespace(number=7))
        monkeypatch.setattr("signal.signal", lambda *given: None)
        monkeypatch.setattr(sys, "argv", ["nonferrous", "predict", process, *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code or 0, *capfd.readouterr())

    return done


@pytest.fixture(params=FRAMES)
def case(request, tmp_path):
    """A process, a model of it and a table without targets."""
    save, frame = (request.getfixturevalue(name) for name in FRAMES[request.param])
    model = save(tmp_path / "model")
    made = frame()
    held = {column.name for column in model.seed.by_role("target")}
    held |= {column.tag for column in model.seed.by_role("target")}
    made = made.drop(columns=[name for name in made.columns if name in held]).head(60)
    data = tmp_path / "data.csv"
    made.to_csv(data, index=False)
    return request.param, model, data


@pytest.mark.parametrize("ending", ["parquet", "csv", "arrow"])
def test_all_rows_are_predicted_without_a_target(run, case, ending, tmp_path, monkeypatch):
    monkeypatch.setattr(arrow_tables, "ROWS", 16)
    process, model, data = case
    out = tmp_path / f"out.{ending}"
    code, printed, errors = run(process, model, "--data", data, "--out", out, "--digits", "all")
    assert (code, errors.strip()) == (0, "")
    assert "version 7" in printed
    if ending == "csv":
        result = pd.read_csv(out)
    else:
        result = (pq.read_table(out) if ending == "parquet" else pa.ipc.open_file(out).read_all()).to_pandas()
    from models.table.reading import read_table

    checked = read_table(data, model.seed, labelled=False)
    assert len(result) == len(checked.table) > 30
    for name in [name for name in result.columns if name.endswith(("_low", "_high"))]:
        quantity = name.rpartition("_")[0]
        assert result[quantity].isna().tolist() == result[name].isna().tolist()
    assert "intervals: fixed, 0 outcomes received" in printed
    if ending != "csv":
        stored = pq.read_table(out) if ending == "parquet" else pa.ipc.open_file(out).read_all()
        about = json.loads(stored.schema.metadata[b"nonferrous"])
        assert about["interval"] == {"kind": "fixed", "outcomes": 0}
        assert (about["process"], about["coverage"]) == (process, 0.9)
    if process == "toy_cells":
        expected = model.answer(matrix(checked.table, model.seed), 0.9)["y"]
        assert result["y"].tolist() == pytest.approx(expected.value.tolist(), rel=1e-12)
        assert result["y_high"].tolist() == pytest.approx(expected.high.tolist(), rel=1e-12)
    assert [name for name in tmp_path.iterdir() if name.suffix == ".part"] == []


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_in_parts_is_predicted_as_in_whole(run, request, name, tmp_path, monkeypatch):
    """Rows with labels in several files and no order, whose units begin within a part and a block."""
    monkeypatch.setattr(arrow_tables, "ROWS", 16)
    save, frame = (request.getfixturevalue(one) for one in FRAMES[name])
    model, made = save(tmp_path / "model"), frame()
    data = tmp_path / "rows"
    data.mkdir()
    mixed = made.head(300).sample(frac=1, random_state=1)
    for number in range(3):
        mixed.iloc[number::3].to_parquet(data / f"{number}.parquet", index=False)
    outs = []
    for cells in (parts.CELLS, 300):
        monkeypatch.setattr(parts, "CELLS", cells)
        outs.append(tmp_path / f"{cells}.parquet")
        code, printed, errors = run(name, model, "--data", data, "--out", outs[-1], "--digits", "all")
        assert (code, errors.strip()) == (0, "")
        assert "on 300 rows" in printed
    whole, divided = (pq.read_table(out) for out in outs)
    assert whole.num_rows == 300
    assert divided.equals(whole, check_metadata=True)


def test_the_coverage_is_the_one_that_was_asked_for(run, toy_frame, save_toy_model, tmp_path):
    model, data = save_toy_model(tmp_path / "model"), tmp_path / "data.parquet"
    toy_frame().to_parquet(data)
    widths = []
    for coverage in (0.5, 0.9):
        out = tmp_path / "out.parquet"
        assert run("toy_cells", model, "--data", data, "--out", out, "--coverage", coverage)[0] == 0
        result = pd.read_parquet(out)
        widths.append((result["y_high"] - result["y_low"]).mean())
    assert widths[0] < widths[1]


def test_a_row_that_cannot_be_is_listed_and_not_predicted(run, toy_frame, save_toy_model, tmp_path):
    model, data, out = save_toy_model(tmp_path / "model"), tmp_path / "data.csv", tmp_path / "out.csv"
    frame = toy_frame()
    high = model.seed.column("z").high
    frame.loc[3, model.seed.column("z").tag or "z"] = 10 * high / model.seed.column("z").scale
    frame.to_csv(data, index=False)
    code, printed, _ = run("toy_cells", model, "--data", data, "--out", out)
    assert code == 0
    assert "1 rows have no prediction:" in printed
    assert "row 5, column z" in printed
    assert len(pd.read_csv(out)) == len(frame) - 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "data.csv", "--out", "out.xlsx"], "error: --out: got out.xlsx: expected a file that ends in"),
        (["--data", "data.csv", "--out", "no/out.csv"], "error: --out: got no/out.csv: expected a file in a folder"),
        (["--data", "absent.csv", "--out", "out.csv"], "absent.csv: got no such file or folder"),
    ],
)
def test_what_is_wrong_is_one_line(run, save_toy_model, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, printed, errors = run("toy_cells", save_toy_model(tmp_path / "model"), *arguments)
    assert (code, printed) == (2, "")
    assert message in errors
    assert len(errors.strip().splitlines()) == 1


@pytest.mark.parametrize("ending", ["parquet", "csv", "arrow"])
def test_what_is_interrupted_leaves_the_file_of_before(run, toy_frame, save_toy_model, tmp_path, monkeypatch, ending):
    model, data, out = save_toy_model(tmp_path / "model"), tmp_path / "data.csv", tmp_path / f"out.{ending}"
    toy_frame().to_csv(data, index=False)
    out.write_text("before")
    monkeypatch.setattr(arrow_tables, "ROWS", 16)
    module, blocks = sys.modules["nonferrous.predict"], []
    original = module._batches

    def interrupted(*given: Any):
        for batch in original(*given):
            blocks.append(batch)
            if len(blocks) == 3:
                raise KeyboardInterrupt
            yield batch

    monkeypatch.setattr(module, "_batches", interrupted)
    assert run("toy_cells", model, "--data", data, "--out", out)[0] != 0
    assert out.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir() if ".part" in file.name] == []


@pytest.mark.service
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_file_of_a_cluster_is_that_of_one_process(run, case, ending, tmp_path, monkeypatch):
    monkeypatch.setattr(arrow_tables, "ROWS", 16)
    process, model, data = case
    made = []
    for name, more in (("one", []), ("cluster", ["--cluster", "local:2"])):
        out = tmp_path / f"{name}.{ending}"
        code, _, errors = run(process, model, "--data", data, "--out", out, *more)
        assert (code, errors.strip()) == (0, "")
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert not [file.name for file in tmp_path.iterdir() if file.name.startswith(("nonferrous-", "."))]


@pytest.mark.service
def test_ctrl_c_on_a_cluster_leaves_the_file_of_before(run, toy_frame, save_toy_model, tmp_path, monkeypatch):
    model, data, out = save_toy_model(tmp_path / "model"), tmp_path / "data.csv", tmp_path / "out.parquet"
    toy_frame().to_csv(data, index=False)
    out.write_text("before")
    monkeypatch.setattr(arrow_tables, "ROWS", 4)
    module, original = sys.modules["nonferrous.predict"], sys.modules["nonferrous.predict"]._batches

    def interrupted(*given: Any):
        yield next(original(*given))
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_batches", interrupted)
    assert run("toy_cells", model, "--data", data, "--out", out, "--cluster", "local:2")[0] != 0
    assert out.read_text() == "before"
    assert not [file.name for file in tmp_path.iterdir() if file.name.startswith(("nonferrous-", "."))]


@pytest.mark.service
def test_an_error_of_a_worker_is_that_of_one_process(run, toy_frame, save_toy_model, tmp_path, monkeypatch):
    model, data, out = save_toy_model(tmp_path / "model"), tmp_path / "data.csv", tmp_path / "out.parquet"
    toy_frame().to_csv(data, index=False)
    few = replace(model, conformal=replace(model.conformal, scores=model.conformal.scores[:20]), adaptive=None)
    results = [
        run("toy_cells", few, "--data", data, "--out", out, "--coverage", "0.99", *more)
        for more in ([], ["--cluster", "local:2"])
    ]
    assert results[0] == results[1]
    assert results[0][0] == 2
    assert len(results[0][2].strip().splitlines()) == 1
    assert not out.exists()


def test_a_cluster_that_cannot_be_used_is_refused_before_rows_are_read(run, save_toy_model, tmp_path):
    given = ("--data", tmp_path / "absent.csv", "--out", tmp_path / "out.csv", "--cluster", "local:none")
    code, _, errors = run("toy_cells", save_toy_model(tmp_path / "model"), *given)
    assert code == 2
    assert errors.strip() == "error: local:none: expected local:N with a number of workers of 1 or more"


def test_texts_that_repeat_have_a_dictionary_in_parquet_and_what_does_not_repeat_has_none(tmp_path):
    columns = {
        "id": [f"{i}" for i in range(100)],
        "unit": ["A", "B"] * 50,
        "value": [i / 7 for i in range(100)],
        "flags": [["new"], []] * 50,
    }
    batch = pa.RecordBatch.from_pydict(columns)
    out = tmp_path / "out.parquet"
    assert write_batches(iter([batch, batch]), out) == 200
    group = pq.ParquetFile(out).metadata.row_group(0)
    stored = [group.column(i) for i in range(group.num_columns)]
    kinds = {one.path_in_schema.partition(".")[0]: "RLE_DICTIONARY" in one.encodings for one in stored}
    assert kinds == {"id": False, "unit": True, "value": False, "flags": True}
    assert pq.read_table(out).equals(pa.Table.from_batches([batch, batch]))


def test_outcomes_of_the_records_are_followed_as_the_service_does(
    run, save_toy_model, toy_frame, tmp_path, monkeypatch
):
    errors = np.random.default_rng(5).normal(0, 0.5, 60)
    model = replace(
        save_toy_model(tmp_path / "plain"), adaptive=AdaptiveInterval.new().taken(errors, np.abs(errors)), info={}
    )
    data, out = tmp_path / "data.csv", tmp_path / "out.parquet"
    toy_frame().drop(columns="y").head(60).to_csv(data, index=False)
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))
    code, printed, _ = run("toy_cells", model, "--data", data, "--out", out)
    assert (code, "intervals: wider, 0 outcomes received" in printed) == (0, True)
    assert not (tmp_path / "home" / "records.db").exists()
    champion = SimpleNamespace(process="toy_cells", number=7, model="m-1", tags={"model_digest": "sha256:1"})
    (tmp_path / "home").mkdir(exist_ok=True)
    with closing(Database(f"sqlite:///{tmp_path / 'home' / 'records.db'}")) as database:
        state = NumberStates().begin(model)
        following = OnlineState.from_state(state["y"], model.usual)
        following = following.taken(Arrival(1, *(np.full(60, one) for one in (2.0, 2.0, 90.0, 1.0))), accepted=True)
        state["y"] |= following.state() | {"at": now()}
        with database.begin() as connection:
            online_states.save(connection, "toy_cells", "sha256:1", online_states.State(0, 0, state))
        assert with_outcomes(model.seed, champion, model).interval == Interval("adaptive", 60)
