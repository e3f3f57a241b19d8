"""Creation of the nodes of results below one node, on servers that allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from asyncua import Client, ua

from gateway.opcua.browsing import batches
from gateway.opcua.node_items import DATA_TYPES, attributes_of, item_of, measure_items, object_item
from gateway.results import Field, Path, ResultValue


class NodeCreation:
    """Nodes below a root, each with the id of the root continued by its path.

    Parameters
    ----------
    client : Client
        With an open session.
    root : NodeId
        Node of results; its identifier is a text.
    """

    def __init__(self, client: Client, root: ua.NodeId) -> None:
        self._client, self._root = client, root
        self._refused: set[Path] = set()

    async def create(self, values: Sequence[ResultValue]) -> dict[Path, ua.NodeId]:
        """Create variables with their folders and properties; returns those that the server has now.

        What a server has refused once is not requested again.
        """
        values = [one for one in values if one.path not in self._refused]
        if not isinstance(self._root.Identifier, str):
            return {}
        folders = {one.path[:depth] for one in values for depth in range(1, len(one.path))}
        items = {path: object_item(self._id(path[:-1]), self._id(path), path[-1]) for path in folders}
        items |= {one.path: self._variable(one.path, one.field) for one in values}
        for level in range(1, max(map(len, items), default=0) + 1):
            await self._add({path: item for path, item in items.items() if len(path) == level})
        created = [one for one in values if one.path not in self._refused]
        await self._add(
            {
                (*one.path, str(item.BrowseName.Name)): item
                for one in created
                for item in measure_items(self._id(one.path), one.field.unit, one.field.low, one.field.high)
            }
        )
        return {one.path: self._id(one.path) for one in created}

    async def _add(self, items: Mapping[Path, ua.AddNodesItem]) -> None:
        for batch in batches(list(items)):
            try:
                results = await self._client.uaclient.add_nodes([items[path] for path in batch])
            except ua.UaError:  # the server has no such service, or forbids it
                self._refused.update(batch)
                continue
            for path, result in zip(batch, results, strict=True):
                status = result.StatusCode
                if not status.is_good() and status.value != ua.StatusCodes.BadNodeIdExists:
                    self._refused.add(path)

    def _id(self, path: Path) -> ua.NodeId:
        identifier = ".".join((self._root.Identifier, *path))
        return ua.NodeId(identifier, self._root.NamespaceIndex)

    def _variable(self, path: Path, field: Field) -> ua.AddNodesItem:
        parent, node = self._id(path[:-1]), self._id(path)
        item = item_of(parent, node, path[-1], ua.ObjectIds.HasComponent, ua.ObjectIds.BaseDataVariableType)
        empty = ua.Variant(None, ua.VariantType.Null)
        item.NodeAttributes = attributes_of(path[-1], empty, DATA_TYPES[field.kind])
        return item
