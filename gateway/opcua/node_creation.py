"""Creation of the nodes of results below one node, on servers that allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from asyncua import Client, ua

from gateway.opcua.browsing import AT_ONCE
from gateway.results import Field, Path, ResultValue

_DATA_TYPES = {float: ua.ObjectIds.Double, str: ua.ObjectIds.String, bool: ua.ObjectIds.Boolean}
_UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
_READ_AND_WRITE = 3


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
        items = {path: self._folder(path) for path in folders}
        items |= {one.path: self._variable(one.path, one.field) for one in values}
        for level in range(1, max(map(len, items), default=0) + 1):
            await self._add({path: item for path, item in items.items() if len(path) == level})
        created = [one for one in values if one.path not in self._refused]
        properties: dict[Path, ua.AddNodesItem] = {}
        for one in created:
            properties |= self._properties(one.path, one.field)
        await self._add(properties)
        return {one.path: self._id(one.path) for one in created}

    async def _add(self, items: Mapping[Path, ua.AddNodesItem]) -> None:
        paths = list(items)
        for first in range(0, len(paths), AT_ONCE):
            batch = paths[first : first + AT_ONCE]
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

    def _item(self, path: Path, reference: int, kind: int) -> ua.AddNodesItem:
        item = ua.AddNodesItem()
        item.ParentNodeId = _expanded(self._id(path[:-1]))
        item.ReferenceTypeId = ua.NodeId(reference)
        item.RequestedNewNodeId = _expanded(self._id(path))
        is_property = reference == ua.ObjectIds.HasProperty
        item.BrowseName = ua.QualifiedName(path[-1], 0 if is_property else self._root.NamespaceIndex)
        item.NodeClass = ua.NodeClass.Variable
        item.TypeDefinition = _expanded(ua.NodeId(kind))
        return item

    def _folder(self, path: Path) -> ua.AddNodesItem:
        item = self._item(path, ua.ObjectIds.Organizes, ua.ObjectIds.FolderType)
        item.NodeClass = ua.NodeClass.Object
        attributes = ua.ObjectAttributes()
        attributes.DisplayName = ua.LocalizedText(path[-1])
        item.NodeAttributes = attributes
        return item

    def _variable(self, path: Path, field: Field) -> ua.AddNodesItem:
        item = self._item(path, ua.ObjectIds.HasComponent, ua.ObjectIds.BaseDataVariableType)
        item.NodeAttributes = _attributes(path[-1], ua.Variant(None, ua.VariantType.Null), _DATA_TYPES[field.kind])
        return item

    def _properties(self, path: Path, field: Field) -> dict[Path, ua.AddNodesItem]:
        values: dict[str, tuple[object, int]] = {}
        if field.unit:
            unit = ua.EUInformation(_UNECE, -1, ua.LocalizedText(field.unit), ua.LocalizedText(field.unit))
            values["EngineeringUnits"] = unit, ua.ObjectIds.EUInformation
        if field.low is not None and field.high is not None:
            values["EURange"] = ua.Range(field.low, field.high), ua.ObjectIds.Range
        items = {}
        for name, (value, kind) in values.items():
            item = self._item((*path, name), ua.ObjectIds.HasProperty, ua.ObjectIds.PropertyType)
            item.NodeAttributes = _attributes(name, ua.Variant(value, ua.VariantType.ExtensionObject), kind)
            items[(*path, name)] = item
        return items


def _attributes(name: str, value: ua.Variant, kind: int) -> ua.VariableAttributes:
    attributes = ua.VariableAttributes()
    attributes.DisplayName = ua.LocalizedText(name)
    attributes.DataType = ua.NodeId(kind)
    attributes.ValueRank = ua.ValueRank.Scalar
    attributes.Value = value
    attributes.AccessLevel = attributes.UserAccessLevel = _READ_AND_WRITE
    return attributes


def _expanded(node_id: ua.NodeId) -> ua.ExpandedNodeId:
    return ua.ExpandedNodeId(node_id.Identifier, node_id.NamespaceIndex)
