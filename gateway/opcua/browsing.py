"""Nodes that a server offers: for discovery of units, checks and drafts of a map."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from asyncua import Client, ua

from gateway.opcua.data_values import content_of
from gateway.opcua.node_ids import STANDARD, Namespaces
from gateway.opcua.node_items import ENGINEERING_UNITS, RANGE

MOST_NODES = 200_000
_AT_ONCE = 500  # nodes of one request
_BROWSED_AT_ONCE = 50  # nodes of one request that has many references as its response
T = TypeVar("T")


def batches(items: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """Yield items in order, as many together as a request may have."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


@dataclass(frozen=True)
class OfferedNode:
    """Variable that a server offers.

    Attributes
    ----------
    node_id : NodeId
        Its id.
    tag : str
        Its id as a tag.
    path : tuple of str
        Browse names from the node where browsing started.
    properties : dict of str to NodeId
        Its properties by name.
    """

    node_id: ua.NodeId
    tag: str
    path: tuple[str, ...]
    properties: dict[str, ua.NodeId]


async def variables(
    client: Client, namespaces: Namespaces, start: ua.NodeId | None = None, without: Collection[ua.NodeId] = ()
) -> list[OfferedNode]:
    """Variables below a node, by hierarchical references; those of the standard namespace are left out.

    Parameters
    ----------
    client : Client
        With an open session.
    namespaces : Namespaces
        Of the server.
    start : NodeId, optional
        Node to start from; by default the folder of objects.
    without : collection of NodeId
        Nodes that are left out with all below them.
    """
    root = ua.NodeId(ua.ObjectIds.ObjectsFolder) if start is None else start
    seen, offered = {root, *without}, list[OfferedNode]()
    level: list[tuple[ua.NodeId, tuple[str, ...]]] = [(root, ())]
    while level and len(offered) < MOST_NODES:
        below: list[tuple[ua.NodeId, tuple[str, ...]]] = []
        for batch in batches(level, _BROWSED_AT_ONCE):
            for (_, path), references in zip(batch, await _browse(client, [node for node, _ in batch]), strict=True):
                for reference in references:
                    one = _offered(reference, path, namespaces)
                    if one is None or one[0] in seen:
                        continue
                    node_id, name, is_variable = one
                    seen.add(node_id)
                    if is_variable:
                        offered.append(OfferedNode(node_id, namespaces.text(node_id), (*path, name), {}))
                    below.append((node_id, (*path, name)))
        level = below
    return _with_properties(offered)


def _offered(
    reference: ua.ReferenceDescription, path: tuple[str, ...], namespaces: Namespaces
) -> tuple[ua.NodeId, str, bool] | None:
    node_id = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex)
    name = str(reference.BrowseName.Name)
    is_property = reference.ReferenceTypeId == ua.NodeId(ua.ObjectIds.HasProperty)
    if namespaces.uris[:1] == (STANDARD,) and node_id.NamespaceIndex == 0 and not is_property:
        return None
    if reference.NodeClass not in (ua.NodeClass.Object, ua.NodeClass.Variable):
        return None
    return node_id, name, reference.NodeClass == ua.NodeClass.Variable


def _with_properties(offered: Sequence[OfferedNode]) -> list[OfferedNode]:
    """Variables with their properties; a property is no variable of its own."""
    by_path = {node.path: node for node in offered}
    own = []
    for node in offered:
        parent = by_path.get(node.path[:-1])
        if parent is not None and node.path[-1] in (ENGINEERING_UNITS, RANGE):
            parent.properties[node.path[-1]] = node.node_id
        else:
            own.append(node)
    return own


async def _browse(client: Client, node_ids: Sequence[ua.NodeId]) -> list[list[ua.ReferenceDescription]]:
    """References of some nodes, continued until all are read."""
    parameters = ua.BrowseParameters()
    parameters.View = ua.ViewDescription()
    parameters.RequestedMaxReferencesPerNode = 0
    for node_id in node_ids:
        description = ua.BrowseDescription()
        description.NodeId = node_id
        description.BrowseDirection = ua.BrowseDirection.Forward
        description.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
        description.IncludeSubtypes = True
        description.ResultMask = ua.BrowseResultMask.All
        parameters.NodesToBrowse.append(description)
    results = await client.uaclient.browse(parameters)
    references = [list(result.References or ()) for result in results]
    waiting = {place: result.ContinuationPoint for place, result in enumerate(results) if result.ContinuationPoint}
    while waiting:
        more = ua.BrowseNextParameters()
        more.ReleaseContinuationPoints = False
        more.ContinuationPoints = list(waiting.values())
        following = {}
        for place, result in zip(waiting, await client.uaclient.browse_next(more), strict=True):
            references[place] += result.References or ()
            if result.ContinuationPoint:
                following[place] = result.ContinuationPoint
        waiting = following
    return references


@dataclass(frozen=True)
class Described:
    """Unit and range that a server states for a variable, and its value now.

    Attributes
    ----------
    value : DataValue
        Value with status and times.
    unit : str or None
        EngineeringUnits; None if the server states none.
    low, high : float or None
        EURange.
    """

    value: ua.DataValue
    unit: str | None
    low: float | None
    high: float | None


async def described(client: Client, nodes: Sequence[OfferedNode]) -> list[Described]:
    """Read values, units and ranges of variables, many in one request."""
    node_ids: list[ua.NodeId] = []
    for node in nodes:
        node_ids += [node.node_id, *node.properties.values()]
    read: dict[ua.NodeId, ua.DataValue] = {}
    for batch in batches(node_ids):
        values = await client.uaclient.read_attributes(batch, ua.AttributeIds.Value)
        read.update(zip(batch, values, strict=True))
    return [_described(node, read) for node in nodes]


def _described(node: OfferedNode, read: dict[ua.NodeId, ua.DataValue]) -> Described:
    unit, limits = (
        None if name not in node.properties else content_of(read[node.properties[name]])
        for name in (ENGINEERING_UNITS, RANGE)
    )
    text = unit.DisplayName.Text if isinstance(unit, ua.EUInformation) else None
    low, high = (limits.Low, limits.High) if isinstance(limits, ua.Range) else (None, None)
    return Described(read[node.node_id], text or None, low, high)
