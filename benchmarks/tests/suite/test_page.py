"""The page of the tests' duration holds what was measured, and names every file with long tests."""

import re
from pathlib import Path

from benchmarks.aims.page import filled
from benchmarks.suite.page import NAME, PAGE, ROOT, by_file, counted, file_of, lines, stored_results

KEPT = stored_results()
RECORD = """<testsuites><testsuite>
<testcase classname="tests.models.test_x.TestY" name="a"><properties><property name="processor seconds" value="1.5"/>
</properties></testcase>
<testcase classname="tests.models.test_x" name="b[1]"><properties><property name="processor seconds" value="2"/>
</properties></testcase>
<testcase classname="tests.test_z" name="c"><properties><property name="processor seconds" value="4.04"/></properties>
<skipped message="promtool is not installed"/></testcase>
</testsuite></testsuites>"""


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.suite"


def test_the_page_names_every_file_with_long_tests() -> None:
    folders = (ROOT / "tests", ROOT / "benchmarks" / "tests")
    files = [file for folder in folders for file in folder.rglob("test_*.py") if file.parent.name != "suite"]
    how = re.compile(r"mark\.long\(|suite\.processes import each")
    marked = {str(file.relative_to(ROOT)) for file in files if how.search(file.read_text(encoding="utf-8"))}
    assert marked
    assert set(KEPT["long"]) in (marked, set()), "python -m benchmarks.suite test-long"


def test_times_of_a_record_are_summed_by_file(tmp_path: Path) -> None:
    record = tmp_path / "record.xml"
    record.write_text(RECORD, encoding="utf-8")
    assert counted(record) == {"tests": 3, "skipped": 1}
    assert by_file(record) == {
        "tests/test_z.py": {"tests": 1, "processor": 4.0},
        "tests/models/test_x.py": {"tests": 2, "processor": 3.5},
    }
    assert list(by_file(record)) == ["tests/test_z.py", "tests/models/test_x.py"]
    assert file_of("tests.models.test_x.TestY.TestInner") == "tests/models/test_x.py"
