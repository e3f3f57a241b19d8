"""Energy and carbon of the default plants, for docs/results/energy.md: python -m benchmarks.energy."""

import json

from benchmarks.energy.measured import PAGE, RESULTS, filled, measured, pictures, processes


def main() -> None:
    """Measure all processes, keep the figures, and fill the page."""
    figures = {process: measured(process) for process in processes()}
    RESULTS.write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    for file, text in pictures(figures).items():
        file.write_text(text, encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")


if __name__ == "__main__":
    main()
