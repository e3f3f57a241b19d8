"""Pictures of the pages for plant staff, in each language, from a running service that needs no key.

    python -m benchmarks.page_pictures http://127.0.0.1:8000 aluminium_reduction A-001

The process has recommendations and warnings of the unit. All processes of the service have their page.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.pictures import program_for
from dashboard import addresses
from reporting.languages import LANGUAGES
from tests.suite.chromium import BrowserPage, chromium

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
WIDTH, MOST_HEIGHT, SCALE = 1100, 1700, 0.75  # px, px, 1
DRAWN = 1.0  # s until charts in view are drawn
OTHERS = {"lots": "aluminium_ingot", "bins": "aluminium_scrap"}


def pages_of(process: str, unit: str) -> Mapping[str, str]:
    """Address of each page by the name of its picture."""
    return {
        "overview": addresses.OVERVIEW,
        "map": addresses.of_process(process, "warning"),
        "unit": addresses.of_unit(process, unit),
        "decisions": addresses.of_decisions(process),
        "decide": addresses.of_decide({"process": process, "unit": unit}, addresses.OVERVIEW),
        "health": addresses.of_health(process),
        **{name: addresses.of_process(other) for name, other in OTHERS.items()},
    }


def draw(service: str, process: str, unit: str, folder: Path = PICTURES) -> list[Path]:
    """Draw each page in each language; return the files.

    Raises
    ------
    NoBrowserError
        There is no Chromium on this machine.
    """
    program, files = program_for("pages"), []
    with tempfile.TemporaryDirectory() as profile, chromium(program, Path(profile)) as page:
        for language in LANGUAGES:
            page.language(language)
            for name, path in pages_of(process, unit).items():
                files.append(_drawn(page, service.rstrip("/") + path, folder / f"pages_{name}_{language}.png"))
    return files


def _drawn(page: BrowserPage, address: str, file: Path) -> Path:
    page.show(WIDTH, MOST_HEIGHT)
    page.open(address)
    time.sleep(DRAWN)
    height = int(page.evaluate("document.querySelector('footer').getBoundingClientRect().bottom"))
    page.show(WIDTH, min(height, MOST_HEIGHT))
    page.picture(file, MOST_HEIGHT, SCALE)
    return file


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("expected the address of a service, a process and a unit")
    for one in draw(*sys.argv[1:]):
        sys.stderr.write(f"{one.name}: {one.stat().st_size // 1000} kB\n")
