"""A plant's own table in folds of whole units: python -m benchmarks.whole_units PROCESS FILE.

Writes the process's figures in docs/results/whole_units.json and the table on its page; the table of the plant is not
in the repository.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.aims.page import filled
from benchmarks.whole_units.folds import measured
from benchmarks.whole_units.page import RESULTS, lines, name_of, page_of
from seeds import load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    stored[options.process] = measured(load(options.process), options.file)
    RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    page = page_of(options.process)
    text = page.read_text(encoding="utf-8")
    page.write_text(
        filled(text, name_of(options.process), lines(options.process, stored[options.process])), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
