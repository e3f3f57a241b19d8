"""Senders: each target of the outbox has a task that sends its entries in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from gateway.faults import Faults
from gateway.outbox import OutboxEntry
from gateway.process import ADVICE, RESULTS, Process
from gateway.retries import wait_before
from gateway.service import ServiceClient, UnreachableError

SERVICE, OUTBOX = "service", "outbox"
"""Kinds of faults."""

_IDLE_SECONDS = 0.2
_RESULTS_AT_ONCE = 200


async def to_service(process: Process, target: str, service: ServiceClient, faults: Faults) -> None:
    """Send the entries of a target to the service in order, until cancelled.

    Parameters
    ----------
    process : Process
        The process.
    target : str
        `predictions`, `outcomes` or `advice`.
    service : ServiceClient
        Where to.
    faults : Faults
        Faults of the gateway.
    """
    attempt = 0
    while True:
        entry = process.outbox.first(target)
        if entry is None:
            await asyncio.sleep(_IDLE_SECONDS)
            continue
        try:
            await asyncio.to_thread(process.send, entry, service)
        except UnreachableError as error:
            if target != ADVICE:  # a version may offer no advice; predictions show whether the service responds
                faults.begin(SERVICE, str(error))
        except OSError as error:
            faults.begin(OUTBOX, str(error))
        else:
            attempt = 0
            faults.end(SERVICE)
            continue
        await asyncio.sleep(wait_before(attempt))
        attempt += 1


async def to_plant(
    process: Process, write: Callable[[Sequence[OutboxEntry]], Awaitable[str | None]], faults: Faults
) -> None:
    """Write results to the plant in order, until cancelled.

    Parameters
    ----------
    process : Process
        The process.
    write : callable
        Writes entries; returns the first refusal, empty without one, or None if there is no connection.
    faults : Faults
        Faults of the gateway.
    """
    while True:
        entries = process.outbox.oldest_entries(RESULTS, _RESULTS_AT_ONCE)
        if entries:
            try:
                refusal = await write(entries)
            except Exception:  # the connection failed; it names the fault itself, and the results stay
                refusal = None
            if refusal is not None:
                if refusal:
                    faults.begin("results", refusal)
                else:
                    faults.end("results")
                try:
                    process.outbox.delete(entries)
                except OSError as error:
                    faults.begin(OUTBOX, str(error))
                continue
        await asyncio.sleep(_IDLE_SECONDS)
