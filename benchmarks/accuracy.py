"""Train on default simulated plants, and on a given real table; write the figures to the documents.

    python benchmarks/accuracy.py                                  # the simulated plants of all seeds
    python benchmarks/accuracy.py heavy_scrap                      # one of them
    python benchmarks/accuracy.py zinc_leach_filter FILE           # a process with its own data

Figures are kept in docs/results/<process>.json with the digests of the seed and of the table that they were measured
on. The tables of docs/reference/processes/<process>.md are made from them; `python -m benchmarks.aims.mission` and
`python -m benchmarks.aims.overview` then renew those of all processes and of README.md.
"""

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.digests import own_plant_digest, table_digest
from registry.settings import StoreSettings
from reporting.markdown import table
from seeds import load, names
from synthetic_data import simulate
from training.jobs.train import TrainingResult, train
from training.tasks import task_of

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def measured(process: str, path: Path, home: Path) -> dict[str, object]:
    """Metrics of every candidate on a table, for the first target and separately for the others."""
    training = train(load(process), path, StoreSettings(home=home)).learnt
    digests = {
        "seed_digest": own_plant_digest(training.data.seed),
        "data_digest": training.data.digest,
        "table_digest": table_digest(training.data.checked),
    }
    first, *others = training.targets.values() or [training]
    other_targets = {one.data.seed.target.name: of_target(one) for one in others}
    return digests | of_target(first) | ({"beside": other_targets} if other_targets else {})


def of_target(training: TrainingResult) -> dict[str, object]:
    """Figures of every candidate of one target; those that it does not have are left out."""
    return {
        "target": training.data.seed.target.name,
        "unit": training.data.seed.targets[training.data.seed.target.name].unit,
        "rows": len(training.data.table),
        "rejected_rows": training.data.rejected_rows,
        "test_rows": len(training.parts.test),
        "test_from": training.data.shown(training.parts.test_from),
        "registered": training.best.name,
        "candidates": {
            name: {
                key: round(value, 4)
                for key, value in candidate.metrics.items()
                if key != "fit_seconds" and math.isfinite(value)
            }
            for name, candidate in training.candidates.items()
        },
    }


LEFT_OUT = ("_adaptive_", "_mae", "_width_")
"""Parts of the names of metrics that pages of processes leave out; the figures and MLflow have them."""


def result_file(process: str) -> Path:
    """File of a process's figures."""
    return DOCS / "results" / f"{process}.json"


def page_of(process: str) -> Path:
    """The document that shows a process's figures."""
    return DOCS / "reference" / "processes" / f"{process}.md"


def candidates(process: str, result: dict[str, Any]) -> str:
    """Candidates' metrics as Markdown tables, one for each target, the registered candidate in bold."""
    first, *others = [result, *result.get("beside", {}).values()]
    tables = [_table(process, first)]
    tables += [f"Of `{one['target']}` [{one['unit']}]:\n\n{_table(process, one)}" for one in others]
    return "\n\n".join(tables)


def _table(process: str, result: dict[str, Any]) -> str:
    measured = result["candidates"]
    known = set().union(*measured.values())
    columns = {
        key: column
        for key, column in task_of(load(process)).columns.published.items()
        if key in known and not any(part in key for part in LEFT_OUT)
    }
    rows = []
    for name, metrics in measured.items():
        shown = f"**{name}**" if name == result["registered"] else name
        rows.append(
            (shown, *(format(metrics[key], form) if key in metrics else "-" for key, (_, form) in columns.items()))
        )
    return "\n".join(table(("candidate", *(head for head, _ in columns.values())), rows)).rstrip()


def outputs(process: str, result: dict[str, Any]) -> str:
    """Figures of the registered candidate for each element and defect of a lot, as sentences."""
    seed, m = load(process), result["candidates"][result["registered"]]
    known = {element.name: m.get(f"test_{element.name}_r2") for element in seed.elements}
    elements = ", ".join(f"{name} {value:.2f}" for name, value in known.items() if value is not None)
    defects = ", ".join(f"{name} {m[f'test_{name}_auc']:.2f}" for name in seed.defects)
    return f"R² by element: {elements}." + (f" AUC of defects: {defects}." if defects else "")


TABLES = {"results": candidates, "outputs": outputs}


def filled(text: str, process: str, result: dict[str, Any]) -> str:
    """Text with the process's tables between their markers replaced; a table without markers is left out."""
    for name, made in TABLES.items():
        begin, end = f"<!-- {name} of {process} -->", f"<!-- end of {name} of {process} -->"
        head, marker, remaining = text.partition(begin)
        if marker:
            _, _, tail = remaining.partition(end)
            text = f"{head}{begin}\n{made(process, result)}\n{end}{tail}"
    return text


def write(process: str, result: dict[str, object]) -> None:
    """Keep a process's figures, and make the tables from them."""
    result_file(process).write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    page = page_of(process)
    page.write_text(filled(page.read_text(encoding="utf-8"), process, result), encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Measure and write, one process after the other."""
    simulated = [process for process in names() if load(process).plant is not None]
    for process in arguments[:1] or simulated:
        print(process, flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            if len(arguments) > 1:
                table = Path(arguments[1])
            else:
                table = simulate(load(process), folder / "plant")
            write(process, measured(process, table, folder / "home"))


if __name__ == "__main__":
    main(sys.argv[1:])
