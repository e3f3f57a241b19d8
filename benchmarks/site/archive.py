"""Site of the documents as one file, for plants without a network."""

from __future__ import annotations

import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.site.build import ROOT, build

DIST = ROOT / "dist"


def archive(folder: Path = DIST) -> Path:
    """Build the site and write it into a zip file next to the wheel.

    Parameters
    ----------
    folder : Path
        Folder of the file.

    Returns
    -------
    Path
        The file, `nonferrous-docs-X.Y.Z.zip`; its pages are in a folder of the same name.

    Raises
    ------
    mkdocs.exceptions.Abort
        There was a warning, as in `build`; no file is written.
    """
    name = f"nonferrous-docs-{version('nonferrous')}"
    folder.mkdir(parents=True, exist_ok=True)
    file, unfinished = folder / f"{name}.zip", folder / f"{name}.zip.part"
    with tempfile.TemporaryDirectory() as scratch:
        site = Path(scratch)
        build(site)
        pack(site, unfinished, name)
    return unfinished.replace(file)


def pack(site: Path, file: Path, name: str) -> None:
    """Write the files of a folder into a zip file, sorted by name, in a folder of this name."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(one for one in site.rglob("*") if one.is_file()):
            packed.write(path, f"{name}/{path.relative_to(site).as_posix()}")
