from hypothesis import given
from hypothesis import strategies as st

from records.writing.compression import ZSTD, compressed, restored


@given(st.one_of(st.binary(), st.binary(min_size=1, max_size=50).map(lambda subset: subset * 3000)))
def test_a_body_is_restored_byte_for_byte(body):
    for form in (body, bytearray(body), memoryview(body)):
        assert restored(compressed(form), ZSTD) == body
    assert restored(body, None) == body


def test_an_empty_body_stays_empty():
    assert compressed(b"") == restored(b"", ZSTD) == b""


def test_what_repeats_takes_little_room():
    assert len(compressed(b"current_efficiency" * 100_000)) < 1000
