"""Tags and results of a map at an OPC UA server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asyncua import Client, ua

from gateway.clocks import CLOCK_LIMIT
from gateway.errors import GatewayError
from gateway.findings import CLOCK, RESULTS, Finding
from gateway.offers import Offer
from gateway.opcua.browsing import Described, OfferedNode, described, variables
from gateway.opcua.data_values import content_of, quality_of, utc
from gateway.opcua.node_ids import Namespaces
from gateway.opcua.results import AdvisoryNodes
from gateway.results import fields_of
from gateway.tag_map import TagMap
from seeds import Seed
from seeds.format.tags import NodeTag, read_destination

_READING_TAKES = dt.timedelta(seconds=5)  # at most; a smaller difference is no difference of clocks
_UNKNOWN = (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid, ua.StatusCodes.BadAttributeIdInvalid)


async def plant_nodes(seed: Seed, client: Client, namespaces: Namespaces) -> list[OfferedNode]:
    """Variables of a server without those of results."""
    destination = read_destination(seed.gateway.results)
    root = namespaces.node_id(seed.gateway.results) if isinstance(destination, NodeTag) else None
    return await variables(client, namespaces, without=() if root is None else (root,))


def offer_of(node: OfferedNode, one: Described, difference: dt.timedelta) -> Offer:
    """Offer of a variable; `difference` is the clock of the server minus this machine's."""
    quality, _ = quality_of(one.value.StatusCode)
    at, status = utc(one.value.SourceTimestamp), one.value.StatusCode
    return Offer(
        node.tag,
        node.path,
        "" if one.value.Value is None else one.value.Value.VariantType.name,
        content_of(one.value),
        quality,
        "" if status is None else status.name,
        None if at is None else at - difference,
        one.unit,
        one.low,
        one.high,
    )


@dataclass(frozen=True)
class ServerOffers:
    """Variables of a server, with an open session.

    Attributes
    ----------
    client : Client
        With an open session.
    namespaces : Namespaces
        Of the server.
    nodes : sequence of OfferedNode
        Variables without those of results.
    difference : timedelta
        Clock of the server minus this machine's.
    """

    client: Client
    namespaces: Namespaces
    nodes: Sequence[OfferedNode]
    difference: dt.timedelta

    @classmethod
    async def browsed(cls, seed: Seed, client: Client, namespaces: Namespaces) -> ServerOffers:
        """Browse a server for the map of a process."""
        nodes = await plant_nodes(seed, client, namespaces)
        clock = await client.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)).read_value()
        now = dt.datetime.now(dt.UTC)
        difference = (utc(clock) or now) - now
        return cls(client, namespaces, nodes, difference if abs(difference) > _READING_TAKES else dt.timedelta(0))

    @property
    def names(self) -> list[str]:
        """Tags of all variables."""
        return [node.tag for node in self.nodes]

    async def offers(self, tags: TagMap) -> dict[str, Offer]:
        """Offers of the tags of a map that the server has, also of those that no reference leads to."""
        by_tag = {node.tag: node for node in self.nodes}
        mapped = {text: node_id for text in tags.by_text if (node_id := self.namespaces.node_id(text)) is not None}
        nodes = [by_tag.get(text) or OfferedNode(node_id, text, (text,), {}) for text, node_id in mapped.items()]
        read = zip(nodes, await described(self.client, nodes), strict=True)
        return {node.tag: offer_of(node, one, self.difference) for node, one in read if not _is_unknown(one)}

    def clock_findings(self) -> Iterator[Finding]:
        """Yield a finding if the clocks differ."""
        if abs(self.difference) > CLOCK_LIMIT:
            seconds = self.difference.total_seconds()
            yield Finding(CLOCK, "", f"server minus this machine: {seconds:.0f} s, expected at most 10 s")

    async def result_findings(self, tags: TagMap) -> list[Finding]:
        """Nodes of results that the server lacks."""
        root = tags.seed.gateway.results
        if not isinstance(read_destination(root), NodeTag):
            return []
        try:
            nodes = await AdvisoryNodes(self.client, self.namespaces, root, tags.by_text.keys()).find()
        except GatewayError as error:
            return [Finding(RESULTS, root, str(error).partition(": ")[2])]
        paths = [(unit, *path) for unit in tags.units for path in fields_of(tags.seed)]
        return [Finding(RESULTS, root, f"no node {'/'.join(path)} below it") for path in paths if path not in nodes]


def _is_unknown(one: Described) -> bool:
    status = one.value.StatusCode
    return status is not None and status.value in _UNKNOWN
