"""Chinese texts of a seed: which text a reader gets, and that no digest or comparison depends on one."""

import pytest

from seeds import SeedError, load
from seeds.format.agreement import differing
from seeds.format.loader import parse
from tests.suite.languages import without_and_with_chinese

TITLE, COLUMN = 'title = "Made-up cells with a known linear law"\n', 'description = "cell"\n'


@pytest.fixture
def changed(toy_seed, tmp_path):
    """Reader of the toy seed after replacing a part of its text."""

    def read(old, new):
        assert toy_seed.text.count(old) == 1
        return parse(toy_seed.text.replace(old, new), tmp_path / "toy_cells.toml")

    return read


def test_a_reader_gets_the_text_of_the_language(changed):
    seed = changed(TITLE, f'{TITLE}title_zh = "线性槽"\n')
    assert seed.process.title_in("zh") == "线性槽"
    assert seed.process.title_in("en") == "Made-up cells with a known linear law"


def test_the_title_of_a_sum_is_its_name_where_none_is_stated(toy_quality_seed):
    prime = toy_quality_seed.grades[0]
    (total,) = prime.sums
    titled = total.model_copy(update={"title_zh": "p与q之和"})
    assert [total.title_in(language) for language in ("en", "zh")] == ["p_and_q", "p_and_q"]
    assert [titled.title_in(language) for language in ("en", "zh")] == ["p_and_q", "p与q之和"]


def test_a_text_that_is_not_stated_falls_back_to_the_other_one(changed, toy_seed):
    assert toy_seed.column("unit").description_in("zh") == "cell"
    seed = changed(COLUMN, 'description = "槽号"\n')
    assert [seed.column("unit").description_in(language) for language in ("zh", "en")] == ["槽号", "槽号"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('description_zh = " "', "columns.unit.description_zh: got ' ': expected a text, got none"),
        ("description_zh = 7", "columns.unit.description_zh: got 7: Input should be a valid string"),
        ('description_cn = "槽号"', "columns.unit.description_cn: unknown key"),
        ('title_zh = "槽号"', "columns.unit.title_zh: unknown key"),
    ],
    ids=["blank", "number", "another_key", "title_of_a_column"],
)
def test_a_wrong_chinese_text_is_a_fault(changed, line, fault):
    with pytest.raises(SeedError) as caught:
        changed(COLUMN, f"{COLUMN}{line}\n")
    assert caught.value.faults == (fault,)


def test_a_chinese_text_replaces_no_required_one(changed):
    with pytest.raises(SeedError, match=r"columns\.unit\.description: missing"):
        changed(COLUMN, 'description_zh = "槽号"\n')


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    "line",
    ['title_zh = "线性槽"', "  title_zh='线性槽' # 名称", 'title_zh = "a\\"b = 线性槽"'],
    ids=["plain", "indented", "quoted"],
)
def test_the_digest_of_a_file_counts_no_line_of_a_chinese_text(toy_seed, tmp_path, line, end):
    text = toy_seed.text.replace("\n", end)
    title = TITLE.replace("\n", end)
    path = tmp_path / "toy_cells.toml"
    assert parse(text.replace(title, f"{title}{line}{end}"), path).digest == parse(text, path).digest
    assert parse(text.replace(title, f"{title}# a comment{end}"), path).digest != parse(text, path).digest


@pytest.mark.parametrize("process", ["aluminium_reduction", "aluminium_scrap", "black_mass"])
def test_no_chinese_text_makes_another_seed(process):
    plain, chinese = without_and_with_chinese(load(process))
    texts = {one.description_zh for one in (*chinese.columns, *chinese.targets.values(), *chinese.plant.regimes)}
    texts |= {one.title_zh for one in (chinese.process, *chinese.bins, *chinese.grades, *chinese.causes)}
    texts |= {one.title_zh for grade in chinese.grades for one in grade.sums}
    assert None not in texts
    assert chinese.digest == plain.digest
    assert chinese.model_dump(mode="json") == plain.model_dump(mode="json")
    assert differing(chinese, plain) == []
    assert chinese.sources == plain.sources
