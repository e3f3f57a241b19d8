"""Table of operations by process in docs/reference/operations.md, whose text is written by hand."""

from __future__ import annotations

import re
from pathlib import Path

from nonferrous.operations import table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "operations.md"
BEGIN, END = "<!-- operations -->", "<!-- end of operations -->"


def page() -> str:
    """Return the page with the table as the catalogue gives it."""
    text = PAGE.read_text(encoding="utf-8")
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table()}\n{END}", text, flags=re.DOTALL)
