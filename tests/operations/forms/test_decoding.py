"""Requests read in one step and the way that names faults: the same verdict and the same rows, whatever is sent."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pydantic_core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.forms import decoding
from operations.forms.decoding import MOST_TOGETHER, MOST_VALUES, TOGETHER, parsed_json
from operations.forms.faults import RequestError
from operations.forms.fields import Record
from operations.predictions.payloads import Payloads
from seeds import load_all
from tests.suite.forms import payloads

SEEDS = load_all()
PAYLOADS = {name: payloads(seed, 5) for name, seed in SEEDS.items()}
# Pieces of JSON as they stand in a body; not all of them are any.
ODD = (
    *("null", "true", "0", "-0", "1", "-1", "1.5", "1e3", "1e999", "-1e999", "NaN", "Infinity", "-Infinity", "1e-400"),
    *(
        "123456789012345678901234567890",
        f"1{'0' * 400}",
        "0.1000000000000000055511151231257827",
        "01",
        "1.",
        ".5",
        "+1",
    ),
    *('""', '"a"', '"2026-11-01"', '"2026-11-01T06:00:00.020+01:00"', '"2026-13-01"', '"1.5"', '"caf\\u00e9"', '"é"'),
    *(
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        f'"{"x" * 200}"',
        f'"{"x" * 201}"',
        f'"{"é" * 200}"',
        '"\\u0000"',
        '"\x01"',
        '"\t"',
    ),
    *("[]", "[1]", "{}", '{"a": 1}', "[" * 3000, "", "nul", "'a'", "// no\n1", '"20261101"', '"2026-W01-1"', '" L-1 "'),
)


def body_of(rows: list[dict[str, str]], around: dict[str, str]) -> str:
    """A body from pieces of JSON by name."""
    made = [",".join(f"{json.dumps(name)}:{piece}" for name, piece in row.items()) for row in rows]
    reference = "".join(f",{json.dumps(name)}: {piece}" for name, piece in around.items())
    return '{"rows": [' + ", ".join("{" + row + "}" for row in made) + "]" + reference + "}"


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """A process, and a body that was in order before a few things were changed in it."""
    name = draw(st.sampled_from(sorted(PAYLOADS)))
    example = PAYLOADS[name].example
    (row,) = example["rows"]
    rows = [{key: json.dumps(value) for key, value in row.items()} for _ in range(draw(st.integers(1, 3)))]
    around = {key: json.dumps(value) for key, value in example.items() if key != "rows" and draw(st.booleans())}
    for _ in range(draw(st.integers(0, 3))):
        changed(draw, name, draw(st.sampled_from(rows)), around)
    text = body_of(rows, around)
    if draw(st.integers(0, 9)) == 0:
        doubled = f', "{draw(st.sampled_from(sorted(row)))}": {draw(st.sampled_from(ODD))}}}'
        text = text.replace("}", doubled, 1)
    return name, spoilt(draw, text.encode("utf-8", "surrogatepass"))


def changed(draw: st.DrawFn, name: str, row: dict[str, str], around: dict[str, str]) -> None:
    """Change one thing in a row or around the rows."""
    (fields,) = PAYLOADS[name].example["rows"]
    where = draw(st.sampled_from(sorted(fields)))
    kind = draw(st.sampled_from(("odd", "left out", "number", "bound", "unknown", "around")))
    if kind == "odd":
        row[where] = draw(st.sampled_from(ODD))
    elif kind == "left out":
        row.pop(where, None)
    elif kind == "number":
        row[where] = repr(draw(st.floats(allow_nan=False) | st.integers()))
    elif kind == "bound":
        column = SEEDS[name].column(where)
        ends = [end for end in (column.low, column.high) if end is not None] or [0.0]
        row[where] = repr(
            draw(st.sampled_from([way * (end + by) for end in ends for by in (0, 1e-9) for way in (1, -1)]))
        )
    elif kind == "unknown":
        later = [column.name for column in SEEDS[name].by_role("late", "target")]
        row[draw(st.sampled_from(["id", "made", "c0", *later]))] = "1"
    else:
        fields = PAYLOADS[name].example
        around[draw(st.sampled_from(["coverage", "include", "history", "more", *fields]))] = draw(st.sampled_from(ODD))


def spoilt(draw: st.DrawFn, body: bytes) -> bytes:
    """A body cut off, or with bytes before, behind or within it; mostly as it is."""
    kind = draw(st.sampled_from(("", "", "", "", "cut", "after", "before", "byte order", "bytes")))
    if kind == "cut":
        return body[: draw(st.integers(0, len(body)))]
    return {
        "after": body + b" x",
        "before": b" \n" + body,
        "byte order": b"\xef\xbb\xbf" + body,
        "bytes": body.replace(b"-00", b"\xff\xfe"),
    }.get(kind, body)


def read(payloads: Payloads, body: bytes) -> tuple[list[Record], Record] | list[dict[str, Any]] | str:
    try:
        rows, request = payloads.read(body)
        return rows, {name: part for name, part in request.items() if name != "rows"}  # as they came, or as read
    except RequestError as problem:
        return [fault.model_dump() for fault in problem.faults] or str(problem)


def types(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: types(one) for name, one in part.items()}
    return list(map(types, part)) if isinstance(part, list | tuple) else type(part)


def plain(payloads: Payloads) -> Payloads:
    return replace(payloads, decoder=SimpleNamespace(read=lambda body: None))  # type: ignore[arg-type]


@settings(max_examples=300)
@given(bodies(), st.sampled_from((1, 20, 60, 200)))
def test_pieces_of_a_body_are_taken_as_all_of_it(case: tuple[str, bytes], together: int) -> None:
    name, body = case
    whole = read(PAYLOADS[name], body), read(plain(PAYLOADS[name]), body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "TOGETHER", together)
        assert (read(PAYLOADS[name], body), read(plain(PAYLOADS[name]), body)) == whole


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """JSON of objects that hold lists, with what looks like an end of a row in texts; mostly spoilt in one place."""
    anomalous = st.sampled_from(["},{", "}, {", 'a"b\\', ",", "[]", "é\n", ""])
    entries: Any = st.recursive(
        st.none() | st.integers(-9, 9) | anomalous,
        lambda more: st.lists(more, max_size=4) | st.dictionaries(anomalous, more, max_size=3),
        max_leaves=6,
    )
    members = draw(st.lists(st.tuples(st.sampled_from(["rows", "history", "x"]), st.lists(entries, max_size=8))))
    how: Any = {"ensure_ascii": draw(st.booleans()), "indent": draw(st.sampled_from([None, 1]))}
    text = "{" + ", ".join(f'"{name}":{json.dumps(held, **how)}' for name, held in members) + "}"
    place = draw(st.integers(0, len(text)))
    kind = draw(st.sampled_from(("", "cut", "one less", *',{}[]":\\\n1')))
    behind = {"": text[place:], "cut": "", "one less": text[place + 1 :]}.get(kind, kind + text[place:])
    return (text[:place] + behind).encode()


def parsed(body: bytes) -> str:
    try:
        return repr(parsed_json(body))
    except RequestError as problem:
        return str(problem)


@settings(max_examples=100)
@given(texts(), st.sampled_from((1, 5, 12, 40)))
def test_json_in_pieces_holds_what_it_holds_as_a_whole(body: bytes, together: int) -> None:
    whole = parsed(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "TOGETHER", together)
        assert parsed(body) == whole


def test_a_long_body_is_parsed_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    name, whole = "aluminium_reduction", pydantic_core.from_json
    row = PAYLOADS[name].example["rows"][0]
    lengths = []

    def watched(body: bytes) -> Any:
        lengths.append(len(body))
        return whole(body)

    monkeypatch.setattr(decoding.pydantic_core, "from_json", watched)
    body = json.dumps({"rows": [row] * 4000, "nobody": "knows"}).encode()
    assert len(body) > 4 * TOGETHER
    assert parsed_json(body) == json.loads(body)
    assert sum(lengths) < 1.1 * len(body)
    assert max(lengths) < 1.2 * TOGETHER


def test_a_body_of_more_values_than_are_parsed_in_a_moment_is_refused_unparsed() -> None:
    with pytest.raises(RequestError) as refused:
        parsed_json(b"[" + b"1," * (MOST_VALUES + 1) + b"not JSON")
    assert refused.value.status == 413
    assert refused.value.faults[0].bound == MOST_VALUES
    assert parsed_json(b'{"rows": [' + b"1," * MOST_VALUES + b"1]}")["rows"][-1] == 1


@pytest.mark.parametrize("around", ["[%s]", '{"rows": [{"unit": [%s]}]}', '{"prices": {"a": [%s]}}'])
def test_an_entry_of_more_values_than_are_parsed_in_a_moment_is_refused(around: str) -> None:
    with pytest.raises(RequestError) as refused:
        parsed_json((around % ",".join(["1.25"] * (2 * MOST_TOGETHER))).encode())
    assert refused.value.status == 413
    assert refused.value.faults[0].bound == MOST_TOGETHER


@settings(max_examples=400, deadline=None)
@given(bodies())
def test_both_ways_take_and_give_the_same(case: tuple[str, bytes]) -> None:
    name, body = case
    quick, by_names = read(PAYLOADS[name], body), read(plain(PAYLOADS[name]), body)
    assert quick == by_names
    assert types(quick) == types(by_names)


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_request_in_order_is_read_in_one_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    payloads = PAYLOADS[name]
    body = json.dumps(payloads.example).encode()
    expected = read(plain(payloads), body)
    monkeypatch.setattr(payloads.row, "_validate", lambda row: pytest.fail("read row by row"))
    assert read(payloads, body) == expected


@pytest.mark.parametrize("piece", ODD)
@pytest.mark.parametrize("name", ["aluminium_reduction", "aluminium_scrap", "aluminium_ingot"])
def test_odd_values_get_the_same_verdict(name: str, piece: str) -> None:
    (row,) = PAYLOADS[name].example["rows"]
    number = next(column.name for column in SEEDS[name].inputs if column.is_number)
    texts = [column.name for column in SEEDS[name].by_role("key", "time")]
    for where in (number, *texts):
        pieces = {key: json.dumps(value) for key, value in row.items()} | {where: piece}
        body = body_of([pieces], {}).encode("utf-8", "surrogatepass")
        quick, by_names = read(PAYLOADS[name], body), read(plain(PAYLOADS[name]), body)
        assert quick == by_names
        assert types(quick) == types(by_names)
