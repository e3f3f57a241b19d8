"""Chinese texts of the seeds of this package: each title and description has one of its own, with its numbers."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator

import pytest

from seeds import load_all

SEEDS = load_all()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"(?<![A-Za-z0-9])\d+(?:\.\d+)?(?![A-Za-z0-9])")  # none of a formula or of a name: AlF3, P1020A


def texts(part: object, place: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str | None]]:
    """Place, text and Chinese text of each title and description."""
    if isinstance(part, dict):
        for key in ("title", "description"):
            if isinstance(part.get(key), str):
                yield ".".join((*place, key)), part[key], part.get(f"{key}_zh")
        for key, inner in part.items():
            yield from texts(inner, (*place, key))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from texts(inner, (*place, inner.get("name", str(number)) if isinstance(inner, dict) else ""))


def of(process: str) -> list[tuple[str, str, str | None]]:
    return list(texts(tomllib.loads(SEEDS[process].text)))


@pytest.mark.parametrize("process", SEEDS)
def test_every_text_has_a_chinese_one(process):
    assert len(of(process)) > len(SEEDS[process].columns)
    assert [place for place, _, chinese in of(process) if chinese is None or not CHINESE.search(chinese)] == []


@pytest.mark.parametrize("process", SEEDS)
def test_a_chinese_text_has_the_numbers_of_the_other_one(process):
    stated = ((place, set(NUMBER.findall(text)), chinese or "") for place, text, chinese in of(process))
    assert {place: lost for place, numbers, chinese in stated if (lost := numbers - {*NUMBER.findall(chinese)})} == {}


def test_sums_of_one_name_have_one_chinese_title():
    titles = defaultdict(set)
    for seed in SEEDS.values():
        for total in (one for grade in seed.grades for one in grade.sums):
            titles[total.name].add(total.title_zh)
    assert len(titles) > 5
    assert {name: chinese for name, chinese in titles.items() if len(chinese) > 1 or None in chinese} == {}


@pytest.mark.parametrize("process", SEEDS)
def test_columns_of_different_texts_have_different_chinese_ones(process):
    meant = defaultdict(set)
    for column in SEEDS[process].columns:
        meant[column.description_in("zh")].add(column.description)
    assert {chinese: english for chinese, english in meant.items() if len(english) > 1} == {}
