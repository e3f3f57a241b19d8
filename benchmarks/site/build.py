"""Site of the documents, from the pages of the repository.

Pages keep their places in the repository, so that a link that leads somewhere there leads somewhere on the site.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.commands import build as mkdocs
from mkdocs.config import load_config

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
KINDS = {
    "Tutorials": "docs/tutorials",
    "How-to guides": "docs/how-to",
    "Reference": "docs/reference",
    "Explanation": "docs/explanation",
    "Results": "docs/results",
    "Decisions": "docs/decisions",
}
"""Sections of the navigation, in the order of a reader, with their folders."""
PROJECT = ("docs/README.md", "seeds/README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
BOOSTS = {"docs/tutorials": 2, "docs/how-to": 2, "docs/results": 0.5, "docs/decisions": 0.5}
"""Weights of the pages of a folder in the order of what a search finds; 1 for others."""
LINK = re.compile(r"\[([^\[\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
Entry = str | dict[str, "str | list[Any]"]


def build(site: Path) -> None:
    """Build the site into a folder.

    Raises
    ------
    mkdocs.exceptions.Abort
        There was a warning: a link or an anchor that leads nowhere, a page that is not in the navigation.
    """
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        stage(pages)
        config = load_config(
            str(HERE / "mkdocs.yml"), docs_dir=str(pages), site_dir=str(site.resolve()), nav=navigation(), strict=True
        )
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs.build(config)


def navigation() -> list[Entry]:
    """Return the pages by their kind; the title of an entry is the heading of its page."""
    sections = {kind: [*_entries(ROOT / folder)] for kind, folder in KINDS.items()}
    whole: list[Entry] = [{"Start": "README.md"}]
    whole += ({kind: entries} for kind, entries in sections.items())
    return [*whole, {"Project": [*PROJECT]}]


def _entries(folder: Path) -> Iterator[Entry]:
    """Pages of a folder, its README first, then those of the folders in it."""
    pages = sorted(folder.glob("*.md"), key=lambda path: (path.name != "README.md", path.name))
    yield from (path.relative_to(ROOT).as_posix() for path in pages)
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        if entries := [*_entries(inner)]:
            yield {inner.name.replace("_", " ").capitalize(): entries}


def stage(folder: Path) -> None:
    """Copy the pages, what they link to, and the assets of the site."""
    shutil.copytree(HERE / "assets", folder / "assets")
    pages = {ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *(ROOT / name for name in PROJECT)}
    for page in pages:
        text = indented(_linked(page))
        target = folder / page.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        boost = BOOSTS.get(page.parent.relative_to(ROOT).as_posix(), 1)
        target.write_text(f"---\nsearch:\n  boost: {boost}\n---\n\n{text}", encoding="utf-8")
        for file in _files(page):
            copy = folder / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def indented(text: str) -> str:
    """Return a text with lists in the form of the site's Markdown.

    The repository's viewer asks less: there the further lines of an item are as many spaces in as its mark is long,
    here four; and here an item after one of several paragraphs has an empty line before it.
    """
    lines: list[str] = []
    width, shift, parts, in_code = 0, -1, 1, False
    for line in text.splitlines():
        in_code ^= line.startswith("```")
        if not in_code and (mark := re.match(r"- |\d+\. ", line)):
            if width and parts > 1 and lines[-1]:
                lines.append("")
            width, shift, parts = len(mark[0]), -1, 1
        elif line and not line.startswith(" " * max(width, 1)):
            width = 0
        elif line and width:
            if shift < 0:  # the first further line of the item says how far the others are in
                shift = max(0, 4 - (len(line) - len(line.lstrip())))
            line = " " * shift + line
        parts += not line
        lines.append(line)
    return "\n".join(lines) + "\n"


def _linked(page: Path) -> str:
    """Text of a page with links to files: to the README of a folder; text alone where a folder has none.

    The changelog names places of its time, so it has no links within the repository.
    """

    def replaced(link: re.Match[str]) -> str:
        text, target = link[1], page.parent / link[2]
        if page.name == "CHANGELOG.md" or (target.is_dir() and not (target / "README.md").is_file()):
            return text
        return f"[{text}]({link[2].rstrip('/')}/README.md)" if target.is_dir() else link[0]

    return LINK.sub(replaced, page.read_text(encoding="utf-8"))


def _files(page: Path) -> Iterator[Path]:
    """Files of the repository that a page links to, other pages left out."""
    for _, target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        path = Path(os.path.normpath(page.parent / target))
        if path.is_file() and path.suffix != ".md" and path.is_relative_to(ROOT):
            yield path
