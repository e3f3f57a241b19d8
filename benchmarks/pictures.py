"""Pictures of figures for the documents, drawn by a headless Chromium, which alone runs plotly.js."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import plotly.graph_objects as go

from tests.suite.tools import BROWSERS, browser

# No address is asked: the page holds plotly.js itself, and the proxy leads nowhere.
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
OFFLINE = ("--proxy-server=127.0.0.1:9", "--hide-scrollbars", "--virtual-time-budget=20000")
PATIENCE = 120  # s


class NoBrowserError(RuntimeError):
    """A picture that cannot be drawn, for want of a browser."""


def program_for(picture: str) -> str:
    """Path of a browser that draws a picture of a name.

    Raises
    ------
    NoBrowserError
        There is no Chromium on this machine.
    """
    program = browser()
    if program is None:
        raise NoBrowserError(f"{picture}: no browser to draw it: expected one of {', '.join(BROWSERS)} on the PATH")
    return program


def draw(figure: go.Figure, picture: Path, width: int = 1000) -> None:
    """Draw a figure, whose layout has a height, as PNG.

    Raises
    ------
    NoBrowserError
        There is no Chromium on this machine.
    """
    program = program_for(picture.name)
    with tempfile.TemporaryDirectory() as scratch:
        page, drawn = Path(scratch) / "figure.html", Path(scratch) / "figure.png"
        style = "<style>body { margin: 0; }</style>"
        page.write_text(style + figure.to_html(config={"staticPlot": True}, default_width=width), encoding="utf-8")
        flags = (
            *FLAGS,
            *OFFLINE,
            f"--user-data-dir={scratch}/profile",
            f"--window-size={width},{figure.layout.height}",
        )
        command = [program, *flags, f"--screenshot={drawn}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        shutil.copyfile(drawn, picture)
