"""A client of a service that answers in process, and outcomes that are fixed."""

from tests.serving.conftest import call, fixed, lot_faults, lot_sender  # noqa: F401
