"""Package of the command line; in an installed wheel the other packages are in its folder `_packages`."""

import sys
from pathlib import Path

# One top-level name is installed, so that a package of another project named `models` or `records` stays as it is.
_PACKAGES = Path(__file__).with_name("_packages")
if _PACKAGES.is_dir():
    sys.path.insert(0, str(_PACKAGES))
