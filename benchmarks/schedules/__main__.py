"""Schedules of the current under a tariff, simulated by the hour.

python -m benchmarks.schedules                        # all processes with a [schedule]; the figures go to docs
python -m benchmarks.schedules zinc_electrowinning    # one; the figures of the others stay as they are
python -m benchmarks.schedules --development          # on plants to develop on; prints, and writes nothing
"""

import json
import sys

from benchmarks.schedules.played import DEVELOPMENT, FINAL, PAGE, RESULTS, measured, with_table
from seeds import load, names


def main() -> None:
    """Measure, and write what was found unless it is development."""
    requested = [one for one in sys.argv[1:] if not one.startswith("--")]
    development = "--development" in sys.argv
    known = [name for name in names() if load(name).schedule is not None]
    figures = {name: measured(name, DEVELOPMENT if development else FINAL) for name in requested or known}
    if development:
        return
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results = {name: one for name, one in (results | figures).items() if name in known}
    RESULTS.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), dict(sorted(results.items()))), encoding="utf-8")


if __name__ == "__main__":
    main()
