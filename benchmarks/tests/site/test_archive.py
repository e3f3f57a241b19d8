"""The site of the documents is one file that opens without a network."""

import re
import zipfile
from pathlib import Path

import pytest
from mkdocs.exceptions import Abort

from benchmarks.site import archive as site
from benchmarks.tests.site.test_build import outside

ROOT = Path(__file__).parents[3]


@pytest.mark.long("builds the whole site")
def test_the_file_opens_from_a_folder_without_a_network(tmp_path: Path) -> None:
    file = site.archive(tmp_path)
    assert [*tmp_path.iterdir()] == [file]
    assert re.fullmatch(r"nonferrous-docs-\d+\.\d+\.\d+\.zip", file.name)
    with zipfile.ZipFile(file) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / file.stem
    assert (folder / "index.html").is_file()
    assert [*folder.glob("search/search_index.js*")]
    for page in ROOT.glob("docs/how-to/*.md"):
        assert (folder / "docs" / "how-to" / f"{page.stem}.html").is_file(), page
    loading = {page.name: outside(page.read_text(encoding="utf-8")) for page in folder.rglob("*.html")}
    assert {name: addresses for name, addresses in loading.items() if addresses} == {}


def test_the_files_of_a_folder_are_packed_in_one_folder_in_the_order_of_their_names(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    for name in ("b.html", "a/c.html"):
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        (pages / name).write_text(name, encoding="utf-8")
    site.pack(pages, tmp_path / "docs.zip", "docs-1")
    with zipfile.ZipFile(tmp_path / "docs.zip") as packed:
        assert packed.namelist() == ["docs-1/a/c.html", "docs-1/b.html"]
        assert packed.read("docs-1/a/c.html") == b"a/c.html"


def test_a_site_with_a_warning_gives_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Path) -> None:
        raise Abort("a link leads nowhere")

    monkeypatch.setattr(site, "build", failing)
    with pytest.raises(Abort):
        site.archive(tmp_path)
    assert [*tmp_path.iterdir()] == []
