"""The whole page of a response: heading, remarks, lists, and all that they rest on."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from reporting.html import table
from reporting.report import STYLE, ReportSection, whole
from reporting.responses.drawing import drawn, facts
from reporting.responses.remarks import Remarks
from reporting.responses.types import SchemaPlace
from reporting.responses.values import SHOWN, is_leaf

_STYLE = f"""{STYLE}
td, tbody th {{ white-space: normal; overflow-wrap: anywhere; }} tbody th {{ min-width: 7rem; max-width: 24rem; }}
data, .u {{ white-space: nowrap; }} td small, th small {{ display: block; font-weight: 400; color: var(--soft); }}
.about {{ color: var(--soft); font-size: 0.8rem; font-weight: 400; margin: 0.2rem 0; }}
ul.about {{ padding-left: 1rem; }} h4, h5, h6 {{ font-size: 0.9rem; margin: 1rem 0 0.2rem; }}
@media (max-width: 40rem) {{ body {{ margin: 1rem auto; padding: 0 0.5rem; }} th, td {{ padding: 0.2rem 0.3rem; }} }}
"""

POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content security policy under which the page is drawn: its own style, and nothing else."""


def page(
    title: str,
    heading: Mapping[str, str],
    schema: Mapping[str, Any],
    fields: Iterable[tuple[str, Any]],
    remarks: Collection[str],
) -> str:
    """A response as one HTML page that needs no network and no script.

    Parameters
    ----------
    title : str
    heading : Mapping of str to str
        Facts about the record, for the first table.
    schema : Mapping
        JSON schema of the response; `x-unit` is the unit of a place.
    fields : iterable of tuple
        Name and value of each field of the response; a list may be an iterator, which is read once. Fields that are
        not in the schema are drawn without description.
    remarks : collection of str
        Names of fields, anywhere in the response, that hold what a reader must see first.
    """
    place, sections, counts, seen = SchemaPlace.of(schema), dict[str, Any](), dict[str, int](), Remarks(remarks)
    for name, value in fields:
        if isinstance(value, Iterator):
            value, counts[name] = _read(value, place.field(name), name, seen)
        else:
            seen.add({name: value}, place)
        sections[name] = value
    return whole(title, _sections(heading, sections, counts, place, seen), _STYLE)


def _read(rows: Iterator[Any], place: SchemaPlace, name: str, seen: Remarks) -> tuple[list[Any], int]:
    """The first rows of a list, and their number; the remarks of all."""
    first: list[Any] = []
    count = 0
    for count, row in enumerate(rows, 1):
        seen.add_row(row, count - 1, place.item, name)
        if count <= SHOWN:
            first.append(row)
    return first, count


def _sections(
    heading: Mapping[str, str],
    sections: Mapping[str, Any],
    counts: Mapping[str, int],
    place: SchemaPlace,
    seen: Remarks,
) -> Iterator[ReportSection]:
    yield ReportSection("Recorded response", "As it went out.", table(["item", "value"], heading.items()))
    yield ReportSection("Flags and refusals", "Read these before the numbers.", seen.drawn())
    leaves = {name: value for name, value in sections.items() if name not in counts and is_leaf(value)}
    parts = {name: value for name, value in sections.items() if name not in leaves}
    if leaves:
        yield ReportSection("Of the whole response", "Values that hold for all of it.", facts(leaves, place))
    for name, value in sorted(parts.items(), key=lambda one: not isinstance(one[1], list)):  # lists first
        kind = place.field(name)
        yield ReportSection(name, kind.about, drawn(value, kind, 3, counts.get(name)))
