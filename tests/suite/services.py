"""Services of tests with a writer of records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from serving.app import Service


@contextmanager
def writing(app: Service) -> Iterator[Service]:
    """Run the writer of records of a service until the end of the block; yields the service."""
    assert app.writer is not None
    app.writer.start()
    try:
        yield app
    finally:
        app.writer.stop()
