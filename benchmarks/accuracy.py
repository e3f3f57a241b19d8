"""Train on the default simulated plant, and on a real table where one is given; the figures go to docs and README.

    python benchmarks/accuracy.py                                  # the simulated plants of all seeds
    python benchmarks/accuracy.py zinc_leach_filter FILE           # a process with its own data

Figures are kept in docs/results.json by process; the tables of README.md are made from it.
"""

import json
import math
import sys
import tempfile
from pathlib import Path

from seeds import load, names
from synthetic_data import simulate
from training.job import train
from training.settings import Settings
from training.tasks import task_of

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results.json"
README = ROOT / "README.md"


def measured(process: str, path: Path, home: Path) -> dict[str, object]:
    """Figures of every candidate of a training job on a table; those that it does not have are left out."""
    trained = train(load(process), path, Settings(nonferrous_home=home))
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
    columns = {key: column for key, column in task_of(load(process)).published.items() if key in known}
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
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    README.write_text(with_tables(README.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
