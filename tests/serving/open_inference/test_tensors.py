"""Tensors as bytes: the examples of the protocol, what is missing, and bytes that are no tensor."""

import math

import pytest

from operations.forms.faults import RequestError
from serving.open_inference.tensors import Tensor, from_bytes, to_bytes

NUMBERS, TEXTS = Tensor("x", "FP64", "kA"), Tensor("unit", "BYTES")


def fault(tensor: Tensor, part: bytes, n: int) -> str:
    with pytest.raises(RequestError) as caught:
        from_bytes(tensor, memoryview(part), n)
    (result,) = caught.value.faults
    assert result.field == tensor.name
    return result.expected


def test_numbers_are_little_endian_and_eight_bytes_long() -> None:
    assert to_bytes(NUMBERS, [1.0, -2.0]) == bytes.fromhex("000000000000f03f00000000000000c0")


def test_a_text_has_its_length_in_bytes_before_it() -> None:
    assert to_bytes(TEXTS, ["A-1", "Größe"]) == b"\x03\0\0\0A-1\x07\0\0\0Gr\xc3\xb6\xc3\x9fe"


@pytest.mark.parametrize(
    ("tensor", "values"),
    [
        (NUMBERS, [0.1, None, -1e300, 5e-324]),
        (NUMBERS, [math.inf]),  # refused later, as `/v1` refuses it
        (TEXTS, ["A-1", None, "Größe", " "]),
        (NUMBERS, []),
        (TEXTS, []),
    ],
)
def test_what_is_written_is_read(tensor: Tensor, values: list[object]) -> None:
    assert from_bytes(tensor, memoryview(to_bytes(tensor, values)), len(values)) == values


def test_nan_and_an_empty_text_are_missing() -> None:
    assert from_bytes(NUMBERS, memoryview(bytes.fromhex("000000000000f87f")), 1) == [None]
    assert from_bytes(TEXTS, memoryview(bytes(4)), 1) == [None]


@pytest.mark.parametrize("size", [0, 15, 17, 24])
def test_numbers_of_another_length_are_refused(size: int) -> None:
    assert fault(NUMBERS, bytes(size), 2) == "16 bytes: 2 numbers of 8"


@pytest.mark.parametrize(
    ("part", "n", "expected"),
    [
        (b"\x03\0\0\0A-1", 2, "end within this one"),  # the second has no length
        (b"\x03\0\0", 1, "end within this one"),
        (b"\x04\0\0\0A-1", 1, "end within this one"),
        (b"\xff\xff\xff\xffA-1", 1, "end within this one"),
        (b"\x03\0\0\0A-1\0", 1, "7 bytes, the size of 1 texts"),
        (b"\x02\0\0\0\xff\xfe", 1, "UTF-8"),
        (b"A", 0, "0 bytes"),
    ],
)
def test_bytes_that_are_no_texts_are_refused(part: bytes, n: int, expected: str) -> None:
    assert expected in fault(TEXTS, part, n)
