"""The site of the documents is whole, and its pages ask no other host for anything."""

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from mkdocs.exceptions import Abort

from benchmarks.site import build as site
from tests.suite.tools import needed

ROOT = Path(__file__).parents[3]
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
"""Elements that a browser loads by itself, with the attribute that names the address; `a` waits for a click."""
OTHER_HOST = re.compile(r"^(?:\w+:)?//")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as a strict build makes it: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    site.build(folder)
    return folder


class Loaded(HTMLParser):
    """Addresses that a page loads, and those in its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the address of an element that loads one."""
        given = dict(attrs)
        if tag == "link" and given.get("rel") in ("canonical", "next", "prev"):
            return
        self.addresses += [given[name] or "" for name in (LOADING.get(tag), "srcset") if name in given]
        self.addresses += re.findall(r"url\(([^)]*)\)", given.get("style") or "")


def loaded(text: str) -> Iterator[str]:
    """Addresses that a page loads."""
    parser = Loaded()
    parser.feed(text)
    yield from parser.addresses


def outside(text: str) -> list[str]:
    """Addresses on other hosts that a page loads."""
    return [address for address in loaded(text) if OTHER_HOST.match(address.strip("'\""))]


def test_every_page_of_the_documents_is_on_the_site(built):
    pages = [*ROOT.glob("docs/**/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "seeds" / "README.md"]
    for page in pages:
        name = "index.html" if page.name == "README.md" else f"{page.stem}.html"
        assert (built / page.relative_to(ROOT).parent / name).is_file(), page


def test_no_page_loads_anything_from_another_host(built):
    pages = [*built.rglob("*.html")]
    assert len(pages) > 100
    assert {page.name: others for page in pages if (others := outside(page.read_text(encoding="utf-8")))} == {}


def test_no_style_loads_anything_from_another_host(built):
    styles = [*built.rglob("*.css")]
    assert styles
    for style in styles:
        text = style.read_text(encoding="utf-8")
        named = re.findall(r"url\(([^)]*)\)|@import\s+[\"']([^\"']*)", text)
        assert [one for pair in named for one in pair if OTHER_HOST.match(one.strip("'\""))] == []


def test_an_address_on_another_host_is_noticed():
    assert outside('<script src="https://other.example/x.js"></script>') == ["https://other.example/x.js"]
    assert outside('<link rel="stylesheet" href="//other.example/x.css">') == ["//other.example/x.css"]
    assert outside('<p style="background: url(https://other.example/x.png)">') == ["https://other.example/x.png"]
    assert outside('<a href="https://other.example">a click</a><img src="../x.png">') == []


def test_what_a_page_loads_is_on_the_site(built):
    page = built / "docs" / "reference" / "settings.html"
    addresses = [address for address in loaded(page.read_text(encoding="utf-8")) if address]
    assert any("iframe-worker.js" in address for address in addresses)
    assert [one for one in addresses if not (page.parent / one.split("?")[0]).is_file()] == []


def test_lists_and_tables_are_no_running_text(built):
    """A list or a table needs an empty line before it; code in a list needs to be indented."""
    running = {}
    for page in built.rglob("*.html"):
        paragraphs = re.findall(r"<p>(.*?)</p>", page.read_text(encoding="utf-8"), re.DOTALL)
        if raw := [one for one in paragraphs if re.search(r"^(?:[-*|] |\d+\. )|```", one, re.MULTILINE)]:
            running[page.name] = raw
    assert running == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1. One:\n\n   ```sh\n   a\n     b\n   ```\n\n2. Two\n",
            "1. One:\n\n    ```sh\n    a\n      b\n    ```\n\n2. Two\n",
        ),
        ("1. One:\n\n    ```\n    a\n    ```\n", "1. One:\n\n    ```\n    a\n    ```\n"),
        ("- one\n  - inner\n- two\n\ntext\n  more\n", "- one\n    - inner\n- two\n\ntext\n  more\n"),
        ("1. One:\n\n   more\n2. Two\n", "1. One:\n\n    more\n\n2. Two\n"),
        ("10. One\n\n    more\n", "10. One\n\n    more\n"),
        ("```\n- code\n  stays\n```\n", "```\n- code\n  stays\n```\n"),
        ("- one\n\n```\n  code\n```\n", "- one\n\n```\n  code\n```\n"),
    ],
)
def test_further_lines_of_an_item_are_four_spaces_in(text, expected):
    assert site.indented(text) == expected


def test_the_navigation_has_each_page_once():
    def pages(entries: list[site.Entry]) -> Iterator[str]:
        for entry in entries:
            if isinstance(entry, str):
                yield entry
            else:
                for inner in entry.values():
                    yield from pages([inner] if isinstance(inner, str) else inner)

    listed = [*pages(site.navigation())]
    assert len(listed) == len(set(listed))
    assert {page.relative_to(ROOT).as_posix() for page in ROOT.glob("docs/**/*.md")} <= set(listed)


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path, monkeypatch):
    def staged(folder: Path) -> None:
        stage(folder)
        (folder / "SECURITY.md").write_text("# Security\n\n[nowhere](docs/no_such_page.md)\n", encoding="utf-8")

    stage = site.stage
    monkeypatch.setattr(site, "stage", staged)
    with pytest.raises(Abort):
        site.build(tmp_path / "site")


def searched(chromium: str, page: str, profile: Path, query: str) -> list[str]:
    """Pages that the site's search finds, the best first, in a browser that reaches no host."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--proxy-server=127.0.0.1:9", f"--user-data-dir={profile}", "--virtual-time-budget=20000"]
    done = subprocess.run(
        [chromium, *flags, "--dump-dom", f"{page}?q={query}"], capture_output=True, text=True, timeout=120, check=True
    )
    links = re.findall(r'<a href="([^"]*)" class="md-search-result__link"', done.stdout)
    return [*dict.fromkeys(link.split("?")[0].split("#")[0].rpartition("/docs/")[2] for link in links)]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("superheat", "reference/glossary.html"),
        ("%E9%A2%84%E6%B5%8B%E5%8C%BA%E9%97%B4", "reference/glossary.html"),  # prediction interval, in Chinese
        ("NONFERROUS_MAX_ROWS", "reference/settings.html"),
    ],
)
def test_the_search_finds_pages_without_a_network(built, tmp_path, query, page):
    """The site is opened as a file."""
    assert page in searched(needed("chromium"), (built / "index.html").as_uri(), tmp_path / "profile", query)


@pytest.mark.browser
def test_the_search_finds_guides_before_decisions(built, tmp_path):
    pages = searched(needed("chromium"), (built / "index.html").as_uri(), tmp_path / "profile", "set-point")
    assert pages[0].startswith("how-to/")
