"""Measurement of the gateway: losses, duplicates and stale values are counted; the page has the figures."""

import datetime as dt
import json
import socket
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from benchmarks.aims.page import filled
from benchmarks.faults.load import PROCESS
from benchmarks.gateway import trials
from benchmarks.gateway.cases import CASES
from benchmarks.gateway.certificates import expired
from benchmarks.gateway.compared import Comparison, RecordedRow, WrittenScan, compared_rows, journal
from benchmarks.gateway.network import Network
from benchmarks.gateway.page import FAULTS, LOAD, PAGE, RESULTS, fault_lines, load_lines
from benchmarks.gateway.table import FAST, PlayedPeriod, PlayedTable, fast_columns, gateway_seed
from gateway.plant.certificate import certificate_in
from seeds import load
from seeds.format.loader import parse

SCANS, BEGIN = 5, 1_800_000_000.0
RESULT: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


@pytest.fixture(scope="module")
def table() -> PlayedTable:
    """Three periods of two pots, all columns at their typical value."""
    seed, periods = load(PROCESS), []
    names = [column for column in seed.stated_inputs if not column.is_made]
    for number in range(3):
        cells = {
            unit: {column.name: (column.typical_value + number, "good") for column in names} for unit in ("A-1", "A-2")
        }
        periods.append(PlayedPeriod(dt.datetime(2025, 1, 1) + dt.timedelta(days=30 * number), cells, []))
    return PlayedTable(periods, SCANS, BEGIN)


def written(*missing: int) -> list[WrittenScan]:
    return [WrittenScan(number, True, "") for number in range(3 * SCANS) if number not in missing]


def row(table: PlayedTable, unit: str, scan: int, after: float = 0.5, **changed: object) -> RecordedRow:
    """Row that a gateway makes at a scan, recorded at once."""
    created = BEGIN + scan + after
    cells = {column.name: table.cell(unit, column.name, scan)[0] for column in table.inputs}
    start = table.written_start(table.period_of(scan))
    return RecordedRow(f"{created:.3f}", created, created, unit, start, cells | changed)


def rows(table: PlayedTable, *scans: int) -> list[RecordedRow]:
    return [row(table, unit, scan) for scan in scans for unit in table.units]


def counts(result: Comparison) -> tuple[int, int, int, int]:
    return result.periods, result.lost, result.duplicated, result.stale


def test_rows_of_the_last_scans_equal_the_table(table: PlayedTable) -> None:
    assert counts(compared_rows(table, written(), rows(table, 2, 4, 9, 11), 0)) == (4, 0, 0, 0)
    for unit in table.units:
        assert {name: table.cell(unit, name, 4)[0] for name in table.fast} == {
            name: table.periods[0].cells[unit][name][0] for name in table.fast
        }


def test_what_is_missing_or_differs_is_lost(table: PlayedTable) -> None:
    assert counts(compared_rows(table, written(), rows(table, 4), 0))[:2] == (4, 2)
    assert counts(compared_rows(table, written(), rows(table, 3, 9), 0))[:2] == (4, 2)
    changed = [row(table, "A-1", 4, lif=0.1), row(table, "A-2", 4), *rows(table, 9)]
    result = compared_rows(table, written(), changed, 0)
    assert counts(result)[:2] == (4, 1)
    assert "lif: got (0.1, 'good')" in result.examples[0]


def test_a_scan_that_the_server_did_not_write_is_not_expected(table: PlayedTable) -> None:
    assert counts(compared_rows(table, written(4), rows(table, 3, 9), 0))[:2] == (4, 0)
    assert counts(compared_rows(table, written(*range(5)), rows(table, 9), 0))[:2] == (2, 0)


def test_a_value_that_was_stale_at_the_end_of_its_period_is_expected_as_stale(table: PlayedTable) -> None:
    scans = written(1, 2, 3, 4)
    assert counts(compared_rows(table, scans, rows(table, 0, 9), 0))[:2] == (4, 2)
    stale = dict.fromkeys(sorted(table.fast)) | {"data_quality": dict.fromkeys(sorted(table.fast), "stale")}
    expected = [row(table, unit, 0, **stale) for unit in table.units] + rows(table, 9)
    assert counts(compared_rows(table, scans, expected, 0))[:2] == (4, 0)


def test_a_row_after_one_of_a_later_period_is_duplicated(table: PlayedTable) -> None:
    again = [row(table, "A-1", 4, after=6.0)]
    assert counts(compared_rows(table, written(), [*rows(table, 4, 9), *again], 0))[2] == 1


def test_values_that_are_old_or_of_no_scan_are_counted_unless_the_request_says_so(table: PlayedTable) -> None:
    scans = [one for one in written() if one.number < SCANS]
    name = fast_columns(table.seed)[0]
    assert counts(compared_rows(table, scans, [row(table, "A-1", 0, after=3.5)], 0))[3] == 0
    assert counts(compared_rows(table, scans, [row(table, "A-1", 0, after=4.5)], 0))[3] == FAST
    bad = row(table, "A-1", 0, **{name: 400.123})
    assert counts(compared_rows(table, scans, [bad], 0))[3] == 1
    named = row(table, "A-1", 0, **{name: None, "data_quality": {name: "bad"}})
    assert counts(compared_rows(table, scans, [named], 0))[3] == 0


def test_a_journal_tells_complete_scans_from_others(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    file.write_text("begin 3\nend 3\nbegin 4 lif\nend 4 lif\nbegin 5\n", encoding="ascii")
    assert journal(file) == [WrittenScan(3, True, ""), WrittenScan(4, True, "lif"), WrittenScan(5, False, "")]


def test_the_seed_of_the_gateway_is_valid_and_states_how_often_values_are_renewed(tmp_path: Path) -> None:
    seed = load(PROCESS)
    changed = parse(gateway_seed(seed.text, seed, 10, 1.0), tmp_path / f"{PROCESS}.toml")
    renewed = {column.name for column in changed.columns if column.refresh is not None}
    assert not renewed & set(fast_columns(seed))
    assert {column.name for column in seed.by_role("setpoint")} < renewed
    assert changed.gateway.predict.timedelta == dt.timedelta(seconds=1)
    assert [column.name for column in changed.columns] == [column.name for column in seed.columns]


def test_an_expired_certificate_differs_in_its_dates_alone(tmp_path: Path) -> None:
    file, key = certificate_in(tmp_path)
    valid = x509.load_pem_x509_certificate(file.read_bytes())
    old = x509.load_pem_x509_certificate(expired(file, key))
    assert old.not_valid_after_utc < dt.datetime.now(dt.UTC) < valid.not_valid_after_utc
    assert (old.subject, old.public_key(), list(old.extensions)) == (
        valid.subject,
        valid.public_key(),
        list(valid.extensions),
    )


@pytest.mark.service
def test_a_network_that_drops_forwards_afterwards() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, Network(server.getsockname()[1]) as network:
        with closing(socket.create_connection(("127.0.0.1", network.port), timeout=30)) as client:
            there, _ = server.accept()
            with closing(there):
                client.sendall(b"a")
                assert there.recv(1) == b"a"
                network.drop()
                client.sendall(b"b")
                there.settimeout(0.5)
                with pytest.raises(TimeoutError):
                    there.recv(1)
                threading.Timer(0.1, network.forward).start()
                there.settimeout(30)
                assert there.recv(1) == b"b"


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, LOAD, load_lines(RESULT)) == text, "python -m benchmarks.gateway load"
    assert filled(text, FAULTS, fault_lines(RESULT)) == text, "python -m benchmarks.gateway faults"


def test_each_fault_was_repeated_and_rows_were_compared() -> None:
    for name, one in RESULT.get("faults", {"cases": {}})["cases"].items():
        assert name in CASES
        assert one["times"] >= 10, name
        assert len(one["named"]) == len(one["recovery"]) == one["times"], name
        # Scans during a fault of the broker need not arrive.
        assert one["periods"] >= (8 if CASES[name].is_at_broker else 10) * one["units"], name


def test_figures_beyond_an_aim_are_in_bold() -> None:
    one = {"units": 2, "times": 2, "periods": 40, "lost": 1, "lost_outcomes": 0, "duplicated": 0, "stale": 0}
    one |= {"named": [1.0, 3.5], "recovery": [2.0, None]}
    text = "\n".join(fault_lines({"faults": {"measured": "2030-01-02", "cases": {"server_killed": one}}}))
    assert "| 2 | 40 | **1** | 0 | 0 | 2.2, at most **3.5** | **never**, at most **never** |" in text


def test_scans_during_a_fault_of_a_broker_need_not_be_delivered(table: PlayedTable) -> None:
    marked = [trials.marked(table, scan, [BEGIN + 5.0], [BEGIN + 6.5], True) for scan in written()]
    assert [scan.number for scan in marked if not scan.is_complete] == [2, 3, 4, 5, 6]
    # The last one before it is what is known of the first period; those of the fault may have arrived or not.
    assert counts(compared_rows(table, marked, rows(table, 1, 9), 0))[:2] == (4, 0)
    assert counts(compared_rows(table, marked, rows(table, 4, 9), 0))[:2] == (4, 0)
    assert counts(compared_rows(table, marked, rows(table, 0, 9), 0))[:2] == (4, 2)
    of_server = [trials.marked(table, scan, [BEGIN + 5.0], [BEGIN + 6.5], False) for scan in written()]
    assert counts(compared_rows(table, of_server, rows(table, 1, 9), 0))[:2] == (4, 2)
    # The second period was published to nobody, or began and ended the first one: both may be.
    whole = [trials.marked(table, scan, [BEGIN + 5.0], [BEGIN + 9.5], True) for scan in written()]
    stale = dict.fromkeys(sorted(table.fast)) | {"data_quality": dict.fromkeys(sorted(table.fast), "stale")}
    for last in (rows(table, 4), [row(table, unit, 4, **stale) for unit in table.units]):
        assert counts(compared_rows(table, whole, last, 0))[:2] == (2, 0)


def test_a_value_that_did_not_change_in_a_fault_may_be_stale_in_the_history(table: PlayedTable) -> None:
    name = next(column.name for column in table.inputs if column.name not in table.fast)
    same = replace(table, periods=[table.periods[0], replace(table.periods[0], start=table.periods[1].start)])
    scans = written()[: 2 * SCANS + 1]
    whole = replace(same, periods=[*same.periods, table.periods[2]])
    stale = [row(whole, unit, 9, **{name: None, "data_quality": {name: "stale"}}) for unit in whole.units]
    sent = [*rows(whole, 4), *stale]
    assert counts(compared_rows(whole, scans, sent, 0))[:2] == (4, 2)
    during = [trials.marked(whole, scan, [BEGIN + 8.0], [BEGIN + 10.0], False) for scan in scans]
    assert counts(compared_rows(whole, during, sent, 0))[:2] == (4, 0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home folder with the champion of a small potline."""
    from nonferrous.train import prepare_all
    from registry.settings import read_settings

    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("NONFERROUS_HOME", str(folder))
        assert prepare_all([load(PROCESS)], read_settings(), 24) == [True]
    return folder


@pytest.mark.service
@pytest.mark.long("trains a potline, and disturbs it while it runs")
@pytest.mark.parametrize("name", ["server_killed", "broker_killed", "network_drops", "clock_off"])
def test_a_fault_of_a_small_potline_loses_and_doubles_nothing(name: str, tmp_path: Path, home: Path) -> None:
    result = trials.run(name, tmp_path, home, 6, 1, lambda text: None, periods=40)
    assert result["times"] == 1
    assert result["periods"] >= 6
    assert result["named"] != [None]
    counts = [result[kind] for kind in ("lost", "duplicated", "stale", "lost_outcomes")]
    assert counts == [0, 0, 0, 0], "\n".join([f"{tmp_path}: {counts}", *result["examples"]])
