"""Commands `train` and `retrain`."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nonferrous.advised_moves import advised_moves
from nonferrous.console import REFUSED, console, fail, progress, progress_of, reported
from nonferrous.options import (
    AcceptLabelShift,
    Cluster,
    DryRun,
    FromRecords,
    OnlyIfDue,
    OptionalProcessName,
    ProcessName,
    check_cluster,
)
from nonferrous.records import check_records, enter_batches, enter_moves, labelled_file
from nonferrous.simulate import simulate

if TYPE_CHECKING:
    from registry.settings import StoreSettings
    from registry.versions import Version
    from seeds import Seed
    from training.core.gate import Gated
    from training.retraining.retrain import Retrained


def train(
    process: OptionalProcessName = None,
    data: Annotated[Path | None, typer.Option(help="CSV or Parquet file, or a folder of them.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All simulated processes without a champion, each on its own plant.")
    ] = False,
    tuning_trials: Annotated[
        int, typer.Option(min=0, help="Number of settings tried for each LightGBM candidate; 0: a short fixed list.")
    ] = 0,
    setpoint_tests: Annotated[
        Path | None, typer.Option(help="Table of set-point tests: unit, period and change of each set-point.")
    ] = None,
    learning_curve: Annotated[
        bool,
        typer.Option("--learning-curve", help="Chart of each candidate's error by training size; needs more fits."),
    ] = False,
    from_records: FromRecords = False,
    cluster: Cluster = None,
) -> None:
    """Train all candidates on a table and register the best one."""
    from registry.settings import read_settings
    from seeds import load, load_all

    if every:
        others = process, data, setpoint_tests, tuning_trials or None, learning_curve or None, from_records or None
        if any(one is not None for one in others):
            fail("--all: takes no process and no other option; each process is trained on its simulated plant")
        simulated = [seed for seed in load_all().values() if seed.plant is not None]
        _end(all(prepare_all(simulated, read_settings())))
    if process is None:
        fail("train: name a process and its table, as in `train PROCESS --data FILE`, or give --all")
    check_cluster(cluster)
    table = _table(process, data, from_records)
    _end(train_on(load(process), table, tuning_trials, setpoint_tests, learning_curve, cluster=cluster))


def _table(process: str, data: Path | None, from_records: bool) -> Path:
    """Return the training table: the named file, or a file of the labelled records."""
    from seeds import load

    if (data is None) != from_records:
        fail("give either --data FILE or --from-records")
    if data is not None:
        return data
    file, rows = labelled_file(load(process))
    console().print(f"{process}: {rows} labelled rows of the records in {file}", soft_wrap=True, markup=False)
    return file


def _end(passed: bool) -> None:
    """End with the exit code that says whether the gate let pass what was registered."""
    raise typer.Exit(0 if passed else REFUSED)


def train_on(
    seed: Seed,
    data: Path,
    trials: int = 0,
    tests: Path | None = None,
    learning_curve: bool = False,
    processes: int | None = None,
    settings: StoreSettings | None = None,
    cluster: str | None = None,
) -> bool:
    """Train a process on its table and show what came of it; gives whether the gate let it pass."""
    from nonferrous.tables import candidates_table, reading_lines
    from nonferrous.warnings import warnings_shown
    from registry.settings import read_settings
    from system.process_lock import alone
    from training.jobs.execution import FitExecution
    from training.jobs.train import train as run

    settings = settings or read_settings()
    check_records()
    with alone(settings.folder, seed.process.name), progress() as step:
        ways = FitExecution(trials, learning_curve, processes, cluster=cluster)
        trained = run(seed, data, settings, step, tests, ways, advised_moves(seed))
    enter_moves(seed.process.name)
    screen = console()
    for target in trained.learnt.targets or [None]:
        screen.print(candidates_table(trained, target))
    for part in warnings_shown(trained.learnt):
        screen.print(part)
    screen.print(f"in the MLflow UI: {trained.address}", soft_wrap=True, markup=False)
    read = trained.learnt.data
    for line in reading_lines(read, len(read.checked), read.rejected_rows, trained.rejected_file):
        screen.print(line, soft_wrap=True, markup=False)
    _show_gate(seed.process.name, trained.version, trained.gated)
    if trained.move is not None and trained.move.action == "replace":
        screen.print(f"version {trained.version} is champion: {trained.move.why}", soft_wrap=True, markup=False)
    return trained.gated.passed


def _show_gate(process: str, version: int | None, gated: Gated) -> None:
    """Print the gate result of a version: measured and expected values if it was refused."""
    from registry.settings import read_settings
    from registry.tracking import Tracking

    screen, name = console(), "the challenger" if version is None else f"version {version}"
    if gated.passed:
        screen.print(f"{process}: {name} passed the gate", markup=False)
        return
    lines = [f"{process}: {name} was refused by the gate:", *(f"  - {line}" for line in gated.reasons)]
    if version is not None:
        lines += _refused(process, version, Tracking(read_settings()).versions(process))
    for line in lines:
        screen.print(line, soft_wrap=True, markup=False)


def _refused(process: str, version: int, versions: list[Version]) -> list[str]:
    """Return lines on the present champion and the command that promotes a refused version."""
    from registry.promotion import by_force

    champion = _champion(versions)
    return [
        "no version is champion" if champion is None else f"version {champion} stays champion",
        f"to make it champion anyway: {by_force(process, version)}",
    ]


def retrain(
    process: ProcessName,
    data: Annotated[Path | None, typer.Option(help="New rows: CSV or Parquet file, or a folder of them.")] = None,
    setpoint_tests: Annotated[
        Path | None, typer.Option(help="Table of set-point tests among the new rows, as for `train`.")
    ] = None,
    from_records: FromRecords = False,
    accept_label_shift: AcceptLabelShift = None,
    dry_run: DryRun = False,
    only_if_due: OnlyIfDue = False,
) -> None:
    """Train a challenger with new rows; promote it if it is better."""
    from nonferrous.shadow import nothing_to_learn
    from nonferrous.tables import label_lines, reading_lines, verdict_table
    from registry.settings import read_settings
    from seeds import load
    from system.process_lock import alone
    from training.labels.job import ShiftError
    from training.retraining.retrain import retrain as run

    if only_if_due and (reason := nothing_to_learn(load(process))) is not None:
        console().print(f"{process}: {reason}", soft_wrap=True, markup=False)
        return
    check_records()
    settings, table = read_settings(), _table(process, data, from_records)
    try:
        with alone(settings.folder, process), progress() as step:
            seed = load(process)
            retrained = run(
                seed,
                table,
                settings,
                step,
                setpoint_tests,
                accept_label_shift=accept_label_shift,
                dry_run=dry_run,
                follows=not from_records,
                advised=advised_moves(seed),
            )
    except ShiftError as error:
        enter_batches(process)
        for line in str(error).splitlines():
            typer.echo(line, err=True)
        raise typer.Exit(REFUSED) from error
    enter_batches(process)
    enter_moves(process)
    screen = console()
    for target in retrained.learnt.targets or [None]:
        screen.print(verdict_table(retrained, target))
    if retrained.learnt.targets:
        screen.print(f"{process}: {retrained.verdict.why}", soft_wrap=True, markup=False)
    screen.print(f"in the MLflow UI: {retrained.address}", soft_wrap=True, markup=False)
    read = retrained.learnt.data
    lines = reading_lines(read, retrained.new_rows, retrained.set_aside, retrained.rejected_file)
    for line in [*lines, *label_lines(retrained.labels)]:
        screen.print(line, soft_wrap=True, markup=False)
    _show_gate(process, retrained.version, retrained.gated)
    for line in retrained.guarded.lines:
        screen.print(f"guardrail {line}", soft_wrap=True, markup=False)
    for line in _champion_lines(process, retrained, dry_run):
        screen.print(line, soft_wrap=True, markup=False)
    _end(retrained.gated.passed)


def _champion_lines(process: str, retrained: Retrained, dry_run: bool) -> Iterator[str]:
    """Yield lines on the champion, in addition to the verdict."""
    from registry.retraining.running_shadow import shown

    if retrained.shadow is not None and not dry_run:
        until = shown(retrained.shadow.until)
        line = f"{process}: version {retrained.version} answers in shadow until {until}; version {retrained.champion} "
        yield f"{line}stays champion until then"
    if (now := retrained.followed) is not None:
        line = f"{process}: version {now.version} is champion now, the same model as version {retrained.champion}; "
        yield f"{line}its intervals follow {now.outcomes} newer outcomes"
    if dry_run:
        yield "a dry run: nothing was registered or promoted, and history is as before"


def has_champion(seed: Seed, settings: StoreSettings) -> bool:
    """Return whether a version of a process is champion."""
    from registry.tracking import Tracking

    return _champion(Tracking(settings, make=True).versions(seed.process.name)) is not None


def _champion(versions: list[Version]) -> int | None:
    """Number of the version that is champion; None where none is."""
    from registry.versions import CHAMPION

    return next((version.number for version in versions if CHAMPION in version.aliases), None)


def prepare_all(seeds: Sequence[Seed], settings: StoreSettings, units: int | None = None) -> list[bool]:
    """Simulate and train each process without a champion that loads; return which have one then.

    A plant whose newest version was refused by the gate is not trained again with the same seed: it would be refused
    again. `units` is the size of plants that are simulated here, by default that of the seed. Processes learn side by
    side on the cores that there are; what each says is shown when all are done.
    """
    from compute.choice import workers_for
    from compute.processes import cores

    known = [_known(seed, settings) for seed in seeds]
    left = [seed for seed, outcome in zip(seeds, known, strict=True) if outcome is None]
    if len(left) < 2 or cores() < 2:
        return [
            _made(seed, settings, units=units) if outcome is None else outcome
            for seed, outcome in zip(seeds, known, strict=True)
        ]
    # Many labels take longest; who begins last must not be who takes longest.
    left.sort(key=lambda seed: -len(seed.labels))
    work = Preparation(max(1, cores() // len(left)), units)
    views = [(seed, settings) for seed in left]
    with (
        progress_of([seed.process.name for seed in left]) as step,
        workers_for(views, min(cores(), len(left)), lambda state: step(*state)) as workers,
    ):
        done = [pending() for pending in [workers.later(view, work) for view in range(len(left))]]
    for _, output in done:
        typer.echo(output, nl=False)
    passed = {seed.process.name: passed for seed, (passed, _) in zip(left, done, strict=True)}
    return [passed.get(seed.process.name, bool(outcome)) for seed, outcome in zip(seeds, known, strict=True)]


@dataclass(frozen=True)
class Preparation:
    """Set-up of one process in parallel to others; its output is returned for later.

    Attributes
    ----------
    processes : int
        How many processes it may learn in.
    units : int or None
        Size of a plant that is simulated here; None for that of the seed.
    """

    processes: int
    units: int | None = None

    def __call__(self, seed: Seed, settings: StoreSettings, step: Callable[[Any], None], /) -> tuple[bool, str]:
        """Return whether the gate was passed, and the output."""
        ends = signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that its runs end as killed
        name = seed.process.name
        try:
            with redirect_stdout(StringIO()) as output, reported(lambda *state: step((name, *state))):
                passed = _made(seed, settings, self.processes, self.units)
        finally:
            signal.signal(signal.SIGTERM, ends)
        return passed, output.getvalue()


def _known(seed: Seed, settings: StoreSettings) -> bool | None:
    """Return whether a champion loads, which it says in a line; None where one is to be made."""
    from registry.loading.loading import Refused
    from registry.promotion import loaded, with_alias
    from registry.tracking import Tracking
    from registry.versions import CHAMPION

    process = seed.process.name
    versions = Tracking(settings, make=True).versions(process)
    champion = with_alias(CHAMPION, versions)
    if champion is not None:
        model = loaded(champion, seed, settings)
        if not isinstance(model, Refused):
            console().print(f"{process}: has a champion already", style="dim")
            return True
        message = f"{process}: version {champion.number} is champion and does not load: {model.why}"
        console().print(message, soft_wrap=True, markup=False)
    if versions and versions[-1].refused and versions[-1].tags["seed_digest"] == seed.digest:
        number = versions[-1].number
        console().print(f"{process}: version {number} was refused by the gate before", markup=False)
        for line in _refused(process, number, versions):
            console().print(line, soft_wrap=True, markup=False)
        return False
    return None


def _made(seed: Seed, settings: StoreSettings, processes: int | None = None, units: int | None = None) -> bool:
    """Simulate a plant where there is none and train on it; gives whether the gate let it pass."""
    folder = settings.folder / "plants" / seed.process.name
    if not (folder / "simulation.json").exists():
        simulate(seed.process.name, folder, units=units)
    return train_on(seed, folder, processes=processes, settings=settings)
