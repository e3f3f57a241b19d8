"""Tables of candidates, versions and verdicts for the terminal."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from registry.retraining.decision import outcome_of
from registry.versions import CHALLENGER, CHAMPION, FORCED_AT, FORCED_WHY, GATE, REFUSED
from reporting.markdown import figure
from seeds import Seed
from training.core.dataset import Dataset
from training.jobs.train import Trained
from training.jobs.version_table import Comparison
from training.labels.job import LabelChecks
from training.multi_target.combined import candidate_tag, figures_of
from training.multi_target.verdict import Verdicts
from training.retraining.retrain import Retrained
from training.tasks import task_of


def _table(title: str) -> Table:
    return Table(
        title=escape(title), box=SIMPLE_HEAD, padding=0, pad_edge=False, title_justify="left", caption_justify="left"
    )


def _metric_columns(
    table: Table, columns: Mapping[str, tuple[str, str]], metrics: Iterable[Mapping[str, float]]
) -> dict[str, str]:
    """Add the columns of the metrics that anybody has; gives the format of each."""
    known = set().union(*metrics)
    shown = {name: column for name, column in columns.items() if name in known}
    for head, _ in shown.values():
        table.add_column(head, justify="right", no_wrap=True)
    return {name: form for name, (_, form) in shown.items()}


def candidates_table(trained: Trained, target: str | None = None) -> Table:
    """Table of the candidates of a job or of one target, baseline first, the registered one marked."""
    result = trained.learnt if target is None else trained.learnt.targets[target]
    seed, parts, task = result.data.seed, result.parts, task_of(result.data.seed)
    span = f"{result.data.shown(parts.test_from)} to {result.data.shown(parts.last)}"
    table = _table(f"{seed.process.name}: {task.card.heading(seed)}, {len(parts.test)} {task.card.rows}, {span}")
    table.add_column("candidate", no_wrap=True)
    measured = [candidate.metrics for candidate in result.candidates.values()]
    forms = _metric_columns(table, task.columns.candidates, measured)
    for name, candidate in result.candidates.items():
        is_best = name == result.best.name
        cells = [figure(candidate.metrics, metric, form) for metric, form in forms.items()]
        table.add_row(f"{name} *" if is_best else name, *cells, style="bold" if is_best else None)
    became = trained.alias or "refused by the gate"
    lines = [
        f"* registered as version {trained.version}, {became}: best on the calibrate rows",
        *(f"  Warning: {caution}" for caution in task.card.cautions(seed, result.best.metrics, len(parts.test))),
        *task.card.remarks(result.candidates, result.best, result.data),
    ]
    table.caption = escape("\n".join(lines))
    return table


def reading_lines(data: Dataset, taken: int, set_aside: int, rejected_file: Path | None) -> list[str]:
    """Return lines on the rows of a file, warnings about them, and missing columns.

    Parameters
    ----------
    data : Dataset
        What was made of the file.
    taken, set_aside : int
        Rows of the file that were taken, and those that were listed instead.
    rejected_file : Path or None
        Where they are listed.
    """
    lines = [f"{taken + set_aside} rows read: {taken} taken, {set_aside} excluded"]
    if rejected_file is not None:
        lines.append(f"rejected rows, each with its reason: {rejected_file}")
    lines += [f"Warning: {caution}" for caution in data.cautions]
    if data.lacks:
        lines += ["What this table lacks:", *(f"- {lack}" for lack in data.lacks)]
    return lines


def label_lines(labels: LabelChecks) -> list[str]:
    """Return lines on the checks of new labels."""
    if labels.passed:
        return [f"labels: {len(labels.conditions)} checks against the past, all kept"]
    lines = [f"Warning: {line}" for line in labels.reasons]
    return [*lines, f"used for training, accepted because: {labels.accepted}"]


def versions_table(comparison: Comparison, seed: Seed, target: str | None = None) -> Table:
    """Table of the registered versions of a process, baseline first, with the metrics of one target."""
    table = _table(f"{comparison.process}: registered versions" + (f", {target}" if target else ""))
    row_metrics = [row.metrics if target is None else figures_of(target, row.metrics) for row in comparison.rows]
    if not comparison.same_table:
        table.caption = "Versions come from different tables: compare skill, not errors."
    for name in ("version", "candidate", "registered"):
        table.add_column(name)
    forms = _metric_columns(table, task_of(seed).columns.versions, row_metrics)
    for row, metrics in zip(comparison.rows, row_metrics, strict=True):
        name = ", ".join((row.name, *row.aliases))
        cells = [figure(metrics, metric, form) for metric, form in forms.items()]
        candidate = row.candidate if target is None else row.tags.get(candidate_tag(target), row.candidate)
        style = "bold" if CHAMPION in row.aliases else None
        table.add_row(name, candidate, row.created[:10], *cells, style=style)
    return table


def earlier_lines(comparison: Comparison) -> list[str]:
    """Return a line for each version of before 0.2."""
    return [f"version {row.name}: trained before 0.2; train it again" for row in comparison.rows if row.is_earlier]


def refused_lines(comparison: Comparison) -> list[str]:
    """Return a line for each version that the gate refused, with the reason of a forced promotion."""
    lines = []
    for row in comparison.rows:
        if row.tags.get(GATE) == REFUSED:
            forced = f", forced {row.tags[FORCED_AT][:10]}: {row.tags[FORCED_WHY]}" if FORCED_WHY in row.tags else ""
            lines.append(f"version {row.name}: refused by the gate{forced}")
    return lines


def verdict_table(retrained: Retrained, target: str | None = None) -> Table:
    """Champion and challenger on the judge rows, by one of several targets if named, and what follows."""
    result = retrained.learnt if target is None else retrained.learnt.targets[target]
    whole = retrained.verdict
    verdict = whole.by_target[str(target)] if isinstance(whole, Verdicts) else whole
    seed, task = result.data.seed, task_of(result.data.seed)
    outcome = outcome_of(whole.promoted, retrained.shadow)
    name = "a dry run" if retrained.version is None else f"version {retrained.version}"
    outcome = f"would be {outcome}" if retrained.version is None else outcome
    table = _table(f"{seed.process.name}: {name} {outcome}" + (f", {target}" if target else ""))
    cautions_of_card = task.card.cautions(seed, result.best.metrics, len(result.parts.test))
    cautions = "".join(f"  Warning: {line}\n" for line in cautions_of_card)
    table.caption = escape(
        f"{verdict.why}.\n{cautions}"
        f"{verdict.rows} {task.card.rows} of {verdict.units} {task.card.units}, {verdict.first_period} to "
        f"{verdict.last_period}, not used for training by either.\n"
        f"{retrained.history_rows} rows of history, {retrained.new_rows} new; {retrained.replaced_rows} replaced."
    )
    table.add_column(escape(task.card.verdict_head(seed)))
    table.add_column(f"{CHAMPION}: version {retrained.champion}", justify="right")
    table.add_column(f"{CHALLENGER}: {name}", justify="right")
    for name, label in task.columns.verdict.items():
        if name in verdict.champion or name in verdict.challenger:
            table.add_row(escape(label), figure(verdict.champion, name), figure(verdict.challenger, name))
    return table
