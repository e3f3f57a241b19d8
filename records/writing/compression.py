"""Large bodies compressed: a table's answer repeats its columns, and JSON its names."""

from __future__ import annotations

ZSTD = "zstd"
"""Content coding of a compressed body [1]_.

References
----------
.. [1] RFC 8878, Zstandard Compression and the 'application/zstd' Media Type, section 6.2.
"""


def compressed(body: bytes | bytearray | memoryview) -> bytes:
    """A body as one frame of Zstandard; an empty one stays empty."""
    # Arrow's library is loaded by the first large body, not by every service that starts.
    import pyarrow as pa

    return bytes(pa.compress(body, ZSTD, asbytes=True)) if len(body) else b""


def restored(body: bytes, encoding: str | None) -> bytes:
    """A body as it was before it was compressed; None says that it was not."""
    if encoding is None or not body:
        return body
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(body), encoding) as stream:
        return bytes(stream.read())
