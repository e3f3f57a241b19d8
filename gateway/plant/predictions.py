"""Predictions that a gateway has written to a live plant, as lines to print."""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import Client

from gateway.opcua.data_values import content_of
from gateway.opcua.node_ids import Namespaces
from gateway.opcua.session import Access, session
from seeds import Seed

PARTS = ("value", "low", "high")


async def prediction_lines(seed: Seed, access: Access, units: Sequence[str]) -> list[str]:
    """Return a line for each quantity of some units that has a prediction.

    Parameters
    ----------
    seed : Seed
        The process.
    access : Access
        Server of the plant, and identity.
    units : sequence of str
        Names of units.

    Raises
    ------
    GatewayError
        The plant is not reached.
    """
    async with session(access) as (client, namespaces):
        lines = []
        for unit in units:
            for quantity, measure in seed.quantities.items():
                value, low, high = [await _number(client, namespaces, seed, (unit, quantity, part)) for part in PARTS]
                if value is not None:
                    interval = "" if low is None or high is None else f" ({low:.4g} to {high:.4g})"
                    lines.append(f"{unit} {quantity}: {value:.4g}{interval} {measure}")
        return lines


async def _number(client: Client, namespaces: Namespaces, seed: Seed, path: Sequence[str]) -> float | None:
    """Return the number of a node of results; None if it is missing, or bad."""
    node = namespaces.node_id(".".join((seed.gateway.results, *path)))
    if node is None:
        return None
    value = await client.get_node(node).read_data_value(raise_on_bad_status=False)
    if value.StatusCode is None or value.StatusCode.is_bad():
        return None
    content = content_of(value)
    return content if isinstance(content, float) else None
