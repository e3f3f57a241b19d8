"""A report as one HTML page that needs no network: its style, its sections, and how it is written."""

import html
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

STYLE = """
:root { color-scheme: light dark; --text: #222; --soft: #5a5a5a; --line: #d5d5d5; --back: #fff; --band: #f5f5f5; }
@media (prefers-color-scheme: dark) {
:root { --text: #e4e4e4; --soft: #a8a8a8; --line: #444; --back: #191919; --band: #242424; } }
body { font-family: system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem; color: var(--text);
background: var(--back); line-height: 1.4; }
h1 { font-size: 1.5rem; margin-bottom: 0.2rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 0.2rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 0.2rem; } p { margin: 0.3rem 0 0.6rem; color: var(--soft); max-width: 62rem; }
table { border-collapse: collapse; font-size: 0.85rem; } .wide { overflow-x: auto; margin: 0.4rem 0 0.8rem; }
th, td { padding: 0.2rem 0.6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { background: var(--band); } tbody th { font-weight: 500; white-space: nowrap; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.certificates { columns: 24rem; } details { border-bottom: 1px solid var(--line); break-inside: avoid; }
summary { padding: 0.15rem 0; cursor: pointer; font-size: 0.85rem; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } h2, h3 { break-after: avoid; }
tr, .plotly-graph-div { break-inside: avoid; } .wide { overflow: visible; } }
"""

# Chinese text may break after each character: a narrow column would hold one a line.
_OF_TAG = {"zh-Hans": "th { word-break: keep-all; } td { min-width: 5em; }\n"}


@dataclass(frozen=True)
class ReportSection:
    """A part of the page: what it is called, how to read it, and its HTML."""

    heading: str
    reading: str
    body: str


def whole(title: str, sections: Iterable[ReportSection], style: str = STYLE, tag: str = "en") -> str:
    """The whole page in the language of a tag (RFC 5646); nothing in it is fetched from anywhere."""
    title = html.escape(title)
    parts = "".join(
        f"<section><h2>{html.escape(one.heading)}</h2><p>{html.escape(one.reading)}</p>{one.body}</section>"
        for one in sections
    )
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}{_OF_TAG.get(tag, '')}</style>"
    )
    return f'<!doctype html><html lang="{tag}"><head>{head}</head><body><h1>{title}</h1>{parts}</body></html>'


def write_page(text: str, path: Path) -> None:
    """Write a page aside and give it its name in one step; a file of that name is replaced."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
