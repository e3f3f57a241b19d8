"""Advisory nodes: the only place of the gateway that writes to a server.

A value goes to a node that was reached from one node of the configuration, that has an id below the id of that node,
and that no tag reads. There is no other way to write, and no method is called. Nodes are created below that node only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from asyncua import Client, ua

from gateway.errors import GatewayError
from gateway.opcua.browsing import OfferedNode, batches, variables
from gateway.opcua.node_creation import NodeCreation
from gateway.opcua.node_ids import Namespaces
from gateway.results import ResultValue

_STATUS = {
    "good": ua.StatusCode(ua.StatusCodes.Good),
    "uncertain": ua.StatusCode(ua.StatusCodes.Uncertain),
    "bad": ua.StatusCode(ua.StatusCodes.BadNoData),
}
_TYPES = {float: ua.VariantType.Double, str: ua.VariantType.String, bool: ua.VariantType.Boolean}


@dataclass(frozen=True)
class Written:
    """Number of values that the server took, and the first that it did not.

    Attributes
    ----------
    good : int
        Number of values.
    refusal : str
        Node and reason; empty if all were taken.
    """

    good: int
    refusal: str = ""


class AdvisoryNodes:
    """Nodes of results below one node of a server.

    Parameters
    ----------
    client : Client
        With an open session.
    namespaces : Namespaces
        Of the server.
    root : str
        Tag of the node below which results are written.
    inputs : collection of str
        Tags that the gateway reads; none of them is written.
    """

    def __init__(self, client: Client, namespaces: Namespaces, root: str, inputs: Collection[str]) -> None:
        self._client, self._namespaces, self._root = client, namespaces, root
        self._inputs = frozenset(inputs)
        self._nodes: dict[tuple[str, ...], ua.NodeId] = {}
        self._creation: NodeCreation | None = None

    async def find(self) -> dict[tuple[str, ...], OfferedNode]:
        """Find the nodes below the root; returns them by their path.

        Raises
        ------
        GatewayError
            The server has no such node.
        """
        root = self._namespaces.node_id(self._root)
        if root is None:
            raise GatewayError(f"{self._root}: the server has no such namespace: results are not written")
        (root_class,) = await self._client.uaclient.read_attributes([root], ua.AttributeIds.NodeClass)
        if root_class.StatusCode is not None and not root_class.StatusCode.is_good():
            raise GatewayError(f"{self._root}: the server has no such node: results are not written")
        nodes = {
            node.path: node
            for node in await variables(self._client, self._namespaces, root)
            if self.may_write(node.tag)
        }
        self._nodes = {path: node.node_id for path, node in nodes.items()}
        self._creation = NodeCreation(self._client, root)
        return nodes

    def may_write(self, tag: str) -> bool:
        """Return whether a node reached from the root is one for results.

        A reference may lead out of the folder, so the id of the node also begins with the id of the root.
        """
        is_below = tag.startswith(self._root) and tag[len(self._root) :][:1] in (".", "/", ":", "|")
        return is_below and tag not in self._inputs

    async def write(self, values: Sequence[ResultValue], at: dt.datetime) -> Written:
        """Write values; nodes that are missing are created if the server allows it.

        Parameters
        ----------
        values : sequence of ResultValue
            With the path of each below the root.
        at : datetime
            Source time in UTC.
        """
        missing_values = [one for one in values if one.path not in self._nodes]
        if missing_values and self._creation is not None:
            created = await self._creation.create(missing_values)
            tags = {path: self._namespaces.text(node_id) for path, node_id in created.items()}
            self._nodes |= {path: created[path] for path, tag in tags.items() if self.may_write(tag)}
        known = [one for one in values if one.path in self._nodes]
        missing = next((one for one in values if one.path not in self._nodes), None)
        refusal = "" if missing is None else f"{'/'.join(missing.path)}: no such node below {self._root}"
        good = 0
        for batch in batches(known):
            written = [_data_value(one, at) for one in batch]
            statuses = await self._client.uaclient.write_attributes([self._nodes[one.path] for one in batch], written)
            for one, status in zip(batch, statuses, strict=True):
                good += status.is_good()
                if not status.is_good():
                    refusal = refusal or f"{'/'.join(one.path)}: {status.name}"
        return Written(good, refusal)


def _data_value(one: ResultValue, at: dt.datetime) -> ua.DataValue:
    """Value with status and source time; without a value, an empty one and the status bad."""
    kind = ua.VariantType.Null if one.value is None else _TYPES[one.field.kind]
    return ua.DataValue(ua.Variant(one.value, kind), _STATUS[one.quality], SourceTimestamp=at)
