"""Sections of seeds that are parsed one by one give what the whole text gives."""

import copy
import tomllib

import pytest

from seeds import folder, load_all
from seeds.format import sections
from seeds.format.loader import parse

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder().glob("*.toml"))}


@pytest.mark.parametrize("name", TEXTS)
def test_each_seed_is_parsed_as_by_the_library(name: str) -> None:
    assert sections.parsed(TEXTS[name]) == tomllib.loads(TEXTS[name])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1",
        "[a]\nx = 1\n[a.b]\ny = 2\n[c]\n",
        "[a.b.c]\nx = 1\n[a]\ny = 2\n",
        "[[a]]\nx = 1\n[a.b]\ny = 2\n[[a]]\n[[a.c]]\nz = 1\n[[a.c]]\n",
        "a = [\n[1, 2],\n[3],\n]\n[b]\n",
        "[a]\nx = [\n[1],\n]\n",
        'a = """\n[b]\nc = 1\n"""\n[d]\n',
        "a = '''\n[b]\n'''\n",
        '["a b".c]\nx = 1\n[ d . e ]\nf = 1\n',
        "[a] # text\nx = 1\n",
        "a.b = 1\n[c]\nd.e = 1\n",
        "[c]\nd.e = 1\n[c.f]\n",
        "[a]\r\nx = 1\r\n[b]\r\n",
    ],
)
def test_unusual_texts_are_parsed_as_by_the_library(text: str) -> None:
    assert sections.parsed(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "[a]\n[a]\n",
        "[a]\nb = 1\n[a.b]\n",
        "[a]\nb = {c = 1}\n[a.b.d]\n",
        "a = [{x = 1}]\n[[a]]\n",
        "[[a]]\n[a]\n",
        "[a]\n[[a]]\n",
        "[a.b]\n[a]\nb = 1\n",
        "[a]\nx = \n[b]\n",
        "a.b = 1\n[a.c]\n[a]\n",
        "[a\n",
        "a = 1\n[a.b]\n",
    ],
)
def test_errors_are_those_of_the_library(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as expected:
        tomllib.loads(text)
    with pytest.raises(tomllib.TOMLDecodeError) as got:
        sections.parsed(text)
    assert str(got.value) == str(expected.value)


def test_reading_a_seed_changes_no_section_that_others_share() -> None:
    before = {name: copy.deepcopy(sections.parsed(text)) for name, text in TEXTS.items()}
    for name, seed in load_all().items():
        other = seed.text.replace(f'name = "{name}"', f'name = "line_3"\ntype = "{seed.process_type}"', 1)
        if seed.process.type is None:
            parse(other, folder() / "line_3.toml")
    assert {name: sections.parsed(text) for name, text in TEXTS.items()} == before
