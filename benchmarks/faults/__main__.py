"""Fault injection under load: python -m benchmarks.faults [CASE ...] --home HOME [--times N].

The home folder holds a champion of aluminium_reduction (`nonferrous up` makes one). Writes the files of figures in
docs/results and their tables in docs/results/reliability.md.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.faults.load import PROCESS
from benchmarks.faults.measuring import measure
from benchmarks.faults.page import GROUPS
from benchmarks.faults.setting import PERIOD, Setting
from operations.catalogue import predictions_of
from seeds import load


def main() -> None:
    names = [name for group in GROUPS for name in group.cases]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*names, []], default=[])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--times", type=int, default=30)
    given = parser.parse_args()
    (row,) = predictions_of(load(PROCESS)).form(load(PROCESS), 1).example["rows"]
    with tempfile.TemporaryDirectory(prefix="nonferrous-faults-") as folder:
        for group in GROUPS:

            def measured(name: str, group: Any = group) -> Any:
                """Measure a case in its own folder, which remains if the case fails."""
                own = Path(folder) / name
                own.mkdir()
                setting = Setting(given.home.resolve(), row | {"period_start": PERIOD}, own, given.times)
                result = group.cases[name](setting)
                shutil.rmtree(own)
                return result

            if chosen := [name for name in group.cases if name in (given.case or names)]:
                measure(chosen, measured, group.page)


if __name__ == "__main__":
    main()
