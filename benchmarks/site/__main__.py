"""Build the site of the documents: `python -m benchmarks.site [FOLDER]`, by default into `site`."""

import logging
import sys
from pathlib import Path

from benchmarks.site.build import ROOT, build

logging.basicConfig(format="%(levelname)s: %(message)s")
build(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "site")
