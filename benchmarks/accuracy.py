"""Train on the default simulated plant, and on a real table where one is given; the figures go to docs and README.

    python benchmarks/accuracy.py                                  # the simulated plants of all seeds
    python benchmarks/accuracy.py zinc_leach_filter FILE           # a process with its own data

Figures are kept in docs/results/results.json by process; the tables of README.md, and of the pages of products,
are made from it.
"""

import json
import math
import sys
import tempfile
from pathlib import Path

from registry.settings import Settings
from seeds import load, names
from synthetic_data import simulate
from training.job import train
from training.tasks import task_of

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results" / "results.json"
README = ROOT / "README.md"


def measured(process: str, path: Path, home: Path) -> dict[str, object]:
    """Figures of every candidate of a training job on a table; those that it does not have are left out."""
    trained = train(load(process), path, Settings(home=home))
    learnt = trained.learnt
    return {
        "target": learnt.data.seed.target.name,
        "unit": learnt.data.seed.targets[learnt.data.seed.target.name].unit,
        "rows": len(learnt.data.table),
        "rejected_rows": learnt.data.rejected_rows,
        "test_rows": len(learnt.parts.test),
        "test_from": f"{learnt.parts.test_from:%Y-%m-%d}",
        "registered": learnt.best.name,
        "candidates": {
            name: {
                key: round(value, 4)
                for key, value in candidate.metrics.items()
                if key != "fit_seconds" and math.isfinite(value)
            }
            for name, candidate in learnt.candidates.items()
        },
    }


def table(process: str, result: dict[str, object]) -> str:
    """A process's figures as a Markdown table, the registered candidate in bold."""
    candidates = result["candidates"]
    assert isinstance(candidates, dict)
    known = set().union(*candidates.values())
    columns = {key: column for key, column in task_of(load(process)).PUBLISHED.items() if key in known}
    lines = [
        f"| candidate | {' | '.join(head for head, _ in columns.values())} |",
        "|---|" + "---:|" * len(columns),
    ]
    for name, metrics in candidates.items():
        shown = f"**{name}**" if name == result["registered"] else name
        cells = [format(metrics[key], form) if key in metrics else "-" for key, (_, form) in columns.items()]
        lines.append(f"| {shown} | {' | '.join(cells)} |")
    return "\n".join(lines)


def with_tables(text: str, results: dict[str, dict[str, object]]) -> str:
    """Text with each process's table between its markers replaced."""
    for process, result in results.items():
        begin, end = f"<!-- results of {process} -->", f"<!-- end of {process} -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        text = f"{head}{begin}\n{table(process, result)}\n{end}{tail}"
    return text


def outputs(process: str, result: dict[str, object]) -> str:
    """What the registered candidate tells of each element and defect of a lot, as a Markdown table."""
    seed, candidates = load(process), result["candidates"]
    assert isinstance(candidates, dict)
    m = candidates[result["registered"]]
    lines = ["| told | R² | RMSE of the logarithm | below the limit | AUC |", "|---|---:|---:|---:|---:|"]
    for element in seed.elements:
        r2, error, below = (m[f"test_{element.name}_{name}"] for name in ("r2", "rmse", "below_limit"))
        lines.append(f"| {element.name} | {r2:.2f} | {error:.2f} | {below:.1%} | |")
    lines += [f"| {name} | | | | {m[f'test_{name}_auc']:.2f} |" for name in seed.defects]
    return "\n".join(lines)


def with_outputs(text: str, process: str, result: dict[str, object]) -> str:
    """Page of a product with the table between its markers replaced."""
    begin, end = f"<!-- results of {process} -->", f"<!-- end of {process} -->"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n{outputs(process, result)}\n{end}{tail}"


def write(results: dict[str, dict[str, object]]) -> None:
    """Keep the figures, and make the tables from them."""
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    README.write_text(with_tables(README.read_text(encoding="utf-8"), results), encoding="utf-8")
    for process, result in results.items():
        if load(process).quality is not None:
            page = ROOT / "docs" / "processes" / f"{process}.md"
            page.write_text(with_outputs(page.read_text(encoding="utf-8"), process, result), encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Measure and write."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if arguments:
            process, path = arguments
            results[process] = measured(process, Path(path), folder / "home")
        else:
            for process in names():
                seed = load(process)
                if seed.plant is not None:
                    print(process, flush=True)
                    simulate(seed, folder / process)
                    results[process] = measured(process, folder / process, folder / "home")
    write(results)


if __name__ == "__main__":
    main(sys.argv[1:])
