"""What the terminal shows: candidates, versions and verdicts as rich tables."""

from collections.abc import Iterable, Mapping

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from training.card import figure
from training.compare import Comparison
from training.evaluate import COVERAGE, cautions
from training.job import Trained
from training.registered import CHALLENGER, CHAMPION
from training.retrain import Retrained

# Two short lines a head, so that a table fits a terminal of 80 columns.
COLUMNS = {
    "test_rmse": "RMSE",
    "test_mae": "MAE",
    "test_skill": "skill",
    "test_coverage_90": "cover",
    "test_width_90": "width",
    "unseen_all_rmse": "RMSE\nunseen",
    "unseen_all_coverage_90": "cover\nunseen",
    "test_truth_rmse": "RMSE\ntruth",
}
VERSION_COLUMNS = ("test_rmse", "test_mae", "test_skill", "test_coverage_90", "test_truth_rmse")
JUDGED = {
    "mae": "mean absolute error",
    "rmse": "RMSE",
    "bias": "bias",
    "coverage_90": "coverage of the 90% interval",
    "width_90": "width of the 90% interval",
    "truth_rmse": "RMSE to the simulated truth",
}


def _table(title: str) -> Table:
    return Table(
        title=escape(title), box=SIMPLE_HEAD, padding=0, pad_edge=False, title_justify="left", caption_justify="left"
    )


def _metric_columns(table: Table, shown: Iterable[str], found: list[Mapping[str, float]]) -> list[str]:
    names = [name for name in shown if any(name in metrics for metrics in found)]
    for name in names:
        table.add_column(COLUMNS[name], justify="right", no_wrap=True)
    return names


def candidates_table(trained: Trained) -> Table:
    """Candidates of a job, the bar to beat first, the registered one marked."""
    learnt = trained.learnt
    target, parts = learnt.data.seed.target, learnt.parts
    span = f"{parts.test_from:%Y-%m-%d} to {parts.last:%Y-%m-%d}"
    table = _table(f"{learnt.data.seed.process.name}: {target.name} [{target.unit}], {len(parts.test)} rows, {span}")
    table.add_column("candidate", no_wrap=True)
    names = _metric_columns(table, COLUMNS, [candidate.metrics for candidate in learnt.candidates.values()])
    for name, candidate in learnt.candidates.items():
        is_best = name == learnt.best.name
        cells = [figure(candidate.metrics, metric) for metric in names]
        table.add_row(f"{name} *" if is_best else name, *cells, style="bold" if is_best else None)
    table.caption = escape(_caption(trained))
    return table


def _caption(trained: Trained) -> str:
    data = trained.learnt.data
    stated = data.seed.targets[data.seed.target.name].label_noise
    best, bar = trained.learnt.best, next(iter(trained.learnt.candidates))
    floor = best.metrics.get("test_noise_floor")
    parts = [
        f"* registered as version {trained.version}, {trained.alias}: best on the calibrate rows",
        *(f"  Beware: {caution}" for caution in cautions(best.metrics)),
        f"Skill against {bar}; cover: share of labels in the {COVERAGE:.0%} interval; unseen: held-out units",
        f"Rejected rows: {data.rejected_rows}; without label: {data.unlabelled_rows}",
    ]
    if floor is not None:
        parts.append(f"Label noise, measured: {floor:.3g} {data.seed.target.unit} (RMSE of a perfect model)")
    elif stated is not None:
        parts.append(f"Label noise, stated: {stated.value:g} {stated.unit}")
    return "\n".join(parts)


def versions_table(comparison: Comparison) -> Table:
    """Registered versions of a process, the bar to beat first."""
    table = _table(f"{comparison.process}: registered versions")
    if not comparison.same_table:
        table.caption = "Versions come from different tables: compare skill, not errors."
    for name in ("version", "candidate", "registered"):
        table.add_column(name)
    names = _metric_columns(table, VERSION_COLUMNS, [row.metrics for row in comparison.rows])
    for row in comparison.rows:
        name = ", ".join((row.name, *row.aliases))
        cells = [figure(row.metrics, metric) for metric in names]
        style = "bold" if CHAMPION in row.aliases else None
        table.add_row(name, row.candidate, row.created[:10], *cells, style=style)
    return table


def verdict_table(retrained: Retrained) -> Table:
    """Champion and challenger on the judge rows, and what follows."""
    verdict, seed = retrained.verdict, retrained.learnt.data.seed
    outcome = "promoted" if verdict.promoted else "not promoted"
    table = _table(f"{seed.process.name}: version {retrained.version} {outcome}")
    table.caption = escape(
        f"{verdict.why}.\n{verdict.rows} rows of {verdict.units} units, {verdict.first_period} to "
        f"{verdict.last_period}, learnt by neither.\n"
        f"{retrained.history_rows} rows of history, {retrained.new_rows} new; {retrained.replaced_rows} replaced."
    )
    table.add_column(escape(f"errors and widths in {seed.target.unit}"))
    table.add_column(f"{CHAMPION}: version {retrained.champion}", justify="right")
    table.add_column(f"{CHALLENGER}: version {retrained.version}", justify="right")
    for name, told in JUDGED.items():
        if name in verdict.champion:
            table.add_row(told, figure(verdict.champion, name), figure(verdict.challenger, name))
    return table
