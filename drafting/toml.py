"""Seed text of a draft: commented, in the order of the table, with assumptions marked in place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from drafting.dialect import Dialect
from drafting.lengths import period_parts

ASSUMED = "assumed: from the table"


def quoted(text: str) -> str:
    """Text as a string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def listed(texts: Iterable[str]) -> str:
    """Texts as a list of TOML."""
    return f"[{', '.join(map(quoted, texts))}]"


def number(value: float) -> str:
    """A number as TOML has it; whole ones without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def comment(text: str, width: int = 116) -> list[str]:
    """A text as lines of comment."""
    words = re.sub(r"[\x00-\x1f\x7f]", " ", text).split(" ")
    lines, line = [], "#"
    for word in words:
        if len(line) + len(word) + 1 > width and line != "#":
            lines.append(line)
            line = "#"
        line += f" {word}"
    return [*lines, line]


def table(
    head: str, pairs: Mapping[str, str], above: Sequence[str] = (), comments: Mapping[str, str] | None = None
) -> str:
    """One table of TOML.

    Parameters
    ----------
    head : str
        Its head, such as `[process]`.
    pairs : mapping of str to str
        Keys, and values as TOML has them.
    above : sequence of str
        Texts of comments above it.
    comments : mapping of str to str, optional
        Comments behind single keys.
    """
    comments = comments or {}
    lines = [line for text in above for line in comment(text)]
    lines.append(head)
    for key, value in pairs.items():
        note = f"  # {comments[key]}" if key in comments else ""
        lines.append(f"{key} = {value}{note}")
    return "\n".join(lines) + "\n"


def length_of(seconds: float) -> str:
    """A length of time as a table of TOML."""
    value, unit = period_parts(seconds)
    return f'{{ value = {number(value)}, unit = "{unit}" }}'


def table_format(
    dialect: Dialect,
    time_formats: Sequence[str],
    time_zone: str | None,
    missing: Sequence[str],
    every: float | None,
) -> str:
    """The `[table]` part: deviations from a UTF-8 CSV file with commas, decimal points and one header row."""
    stated = (
        ("sheet", len(dialect.sheets) == 1, quoted("".join(dialect.sheets))),
        ("sheets", len(dialect.sheets) > 1, listed(dialect.sheets)),
        ("encoding", dialect.encoding not in (None, "utf-8", "utf-8-sig"), quoted(str(dialect.encoding))),
        ("separator", dialect.separator not in (None, ","), quoted(str(dialect.separator))),
        ("decimal", dialect.decimal != ".", quoted(dialect.decimal)),
        ("thousands", dialect.thousands != "", quoted(dialect.thousands)),
        ("header", dialect.header != 1, str(dialect.header)),
        ("skip", len(dialect.skip) > 0, f"[{', '.join(map(str, dialect.skip))}]"),
        ("time_format", len(time_formats) > 0, listed(time_formats)),
        ("time_zone", time_zone is not None, quoted(str(time_zone))),
        ("missing", len(missing) > 0, listed(missing)),
        ("every", every is not None, length_of(every or 1.0)),
    )
    pairs = {key: text for key, is_said, text in stated if is_said}
    if not pairs:
        return ""
    return table("[table]", pairs, ["How the file is written; found from the file itself."])
