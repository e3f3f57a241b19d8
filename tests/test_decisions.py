"""Records of decisions have one form, and their index lists each of them."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "docs" / "decisions"
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path.name not in ("README.md", "0000-dependencies.md"))
LONGEST = 250  # words
SECTIONS = ["Context", "Options", "Decision", "Consequences", "Evidence"]
STATUS = r"^Status: (accepted|superseded by \[(\d{4})\]\((\d{4}-[a-z0-9-]+\.md)\))\. Date: \d{4}-\d\d-\d\d\.$"


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_the_parts_of_its_form(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert len(text.split()) <= LONGEST
    (status,) = re.finditer(STATUS, text, re.MULTILINE)
    if status[2] is not None:
        assert status[3].startswith(status[2])
        assert (FOLDER / status[3]).is_file()


def test_numbers_of_records_have_no_gap():
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_the_index_lists_each_record_by_number_title_and_status():
    lines = re.findall(r"^- (\d{4}) \[(.+)\]\((\S+)\)(?: \((\w+)\))?$", (FOLDER / "README.md").read_text("utf-8"), re.M)
    rows = [(number, title, file, status or "accepted") for number, title, file, status in lines]
    expected = []
    for path in RECORDS:
        text = path.read_text(encoding="utf-8")
        title, status = text.splitlines()[0].removeprefix("# "), re.search(r"^Status: (\w+)", text, re.M)
        assert status is not None
        expected.append((path.name[:4], title, path.name, status[1]))
    assert rows == expected
