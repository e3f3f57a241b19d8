"""How a CSV file is written: found from its cells, and asked where two readings fit all of them."""

from pathlib import Path

import pytest

from drafting.dialect import find_dialect, find_encoding, find_signs
from drafting.findings import DraftError


@pytest.fixture
def dialect_of(tmp_path):
    def detected(text, decimal=None):
        (tmp_path / "plant.csv").write_text(text, encoding="utf-8")
        return find_dialect(tmp_path / "plant.csv", decimal)

    return detected


ROWS = [("2026-01-01", "955.25", "0.5", "wet"), ("2026-01-02", "956.5", "0.75", "dry"), ("2026-01-03", "", "1", "wet")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(dialect_of, separator):
    lines = [separator.join(row) for row in [("time", "temperature", "share", "ore"), *ROWS]]
    result = dialect_of("\n".join(lines) + "\n")
    assert (result.separator, result.decimal, result.thousands, result.header) == (separator, ".", "", 1)


def test_decimal_commas_part_no_columns(dialect_of):
    lines = ["a;b", *("1,5;2,5" for _ in range(30))]
    result = dialect_of("\n".join(lines))
    assert (result.separator, result.decimal) == (";", ",")


def test_a_comma_in_a_quoted_text_parts_no_columns(dialect_of):
    result = dialect_of('time;note\n2026-01-01;"fed, then stopped"\n2026-01-02;"a, b, c"\n')
    assert result.separator == ";"


def test_titles_above_the_header_are_passed_over(dialect_of):
    text = "Report of line 2;;\nprinted;2026-02-01;\n;;\ntime;temperature;ore\n2026-01-01;1,5;wet\n2026-01-02;2,5;dry\n"
    assert dialect_of(text).header == 4


def test_units_below_the_header_are_read(dialect_of):
    result = dialect_of("time;T;I;ore\n;°C;kA;\n" + "2026-01-01;955,5;380,2;wet\n" * 5)
    assert result.skip == (2,)
    assert result.units == {"T": "°C", "I": "kA"}


def test_a_first_row_of_missing_values_is_no_row_of_units(dialect_of):
    result = dialect_of("time,a,b\n2026-01-01,,\n2026-01-02,1.5,2.5\n2026-01-03,2.5,3.5\n")
    assert result.skip == ()


@pytest.mark.parametrize(
    ("cells", "signs"),
    [
        (["1.5", "2.25"], (".", "")),
        (["1,5", "2,25"], (",", "")),
        (["1.234,5", "12.345,75"], (",", ".")),
        (["1,234.5", "12,345.75"], (".", ",")),
        (["1 234,5", "12 345,7"], (",", " ")),
        (["1'234.5", "999.5"], (".", "'")),
        (["0,125", "0,250"], (",", "")),
        (["1234,125", "999,250"], (",", "")),
        (["1,234,567"], (".", ",")),
        (["1.234.567"], (",", ".")),
        (["12.05.2026", "13.05.2026", "1,5"], (",", "")),
        (["17", "18"], (".", "")),
        (["-1,5", "+2,5", "3,5e-3"], (",", "")),
    ],
)
def test_signs_of_numbers(cells, signs):
    assert find_signs(cells, "plant.csv") == (*signs, None)


def test_a_sign_before_three_digits_in_every_number_is_asked_for():
    cells = ["1,234", "2,345", "17"]
    for separator in ("\t", "|", None):
        with pytest.raises(DraftError, match=r"'1,234'.*give --decimal point or --decimal comma"):
            find_signs(cells, "plant.csv", separator)
    assert find_signs(cells, "plant.csv", "\t", decimal=".") == (".", ",", None)
    assert find_signs(cells, "plant.csv", "\t", decimal=",") == (",", "", None)


@pytest.mark.parametrize(("separator", "signs"), [(";", (",", "")), (",", (".", ","))])
def test_what_parts_the_cells_says_of_which_country_a_comma_is_and_that_is_said(separator, signs):
    *result, doubt = find_signs(["1,234", "2,345"], "plant.csv", separator)
    assert tuple(result) == signs
    assert "'1,234'" in doubt


def test_three_decimals_behind_points_between_commas_are_decimals():
    assert find_signs(["1.234", "2.345"], "plant.csv", ",") == (".", "", None)


@pytest.mark.parametrize("text", ["", "\n\n", "one column\n1\n2\n", "1,2\n3,4\n"])
def test_what_is_no_table_is_refused(dialect_of, text):
    with pytest.raises(DraftError, match=r"expected a table with a header row|no separator"):
        dialect_of(text)


GERMAN = "Zeit;Strömung (m³/h);Temp (°C)\n2026-01-01;5,5;40\n"
CHINESE = "时间,槽电压(V),温度(℃),电流效率\n2026-01-01,4.1,955,93.5\n"


@pytest.mark.parametrize(
    ("text", "written", "result"),
    [
        ("time,a\n2026-01-01,1\n", "ascii", "utf-8"),
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8-sig"),
        (GERMAN, "utf-16", "utf-16"),
        (GERMAN, "cp1252", "cp1252"),
        ("Température (°C),Déchet à la sortie\n1,2\n", "cp1252", "cp1252"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        ("Prüf\x81wert;a\n1;2\n", "latin-1", "latin-1"),
    ],
)
def test_texts_are_read_as_they_were_written(tmp_path, text, written, result):
    file = tmp_path / "plant.csv"
    file.write_bytes(text.encode(written))
    assert find_encoding(file) == result
    assert file.read_text(encoding=result) == text


def test_a_letter_far_down_counts(tmp_path):
    file = tmp_path / "plant.csv"
    file.write_bytes(b"a,b\n" + b"1,2\n" * 500_000 + "3,Öl\n".encode("cp1252"))
    assert find_encoding(file) == "cp1252"


@pytest.mark.parametrize("columns", [2, 5, 40])
def test_decimal_commas_as_many_as_semicolons_are_no_separator(columns: int, tmp_path: Path) -> None:
    """One comma in each number and one semicolon between cells: the header, which has no comma, says which is which."""
    head = ";".join(["Zeit", *(f"Wert {i}" for i in range(columns))])
    rows = [";".join([f"{day:02d}.01.2024", *(f"{day},{i}5" for i in range(columns))]) for day in range(1, 29)]
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    result = find_dialect(tmp_path / "t.csv")
    assert (result.separator, result.decimal, result.header) == (";", ",", 1)
