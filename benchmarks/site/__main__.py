"""Build the site of the documents: `python -m benchmarks.site [FOLDER]`, by default into `site`.

`python -m benchmarks.site --zip` writes it as one file into `dist`.
"""

import logging
import sys
from pathlib import Path

from benchmarks.site.archive import archive
from benchmarks.site.build import ROOT, build

logging.basicConfig(format="%(levelname)s: %(message)s")
if sys.argv[1:] == ["--zip"]:
    print(archive())
else:
    build(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "site")
