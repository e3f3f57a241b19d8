"""Address space of the simulated plant: an object for each unit, a variable for each column."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator

from asyncua import Server, ua

from gateway.plant.live_plant import LivePlant
from gateway.plant.outlet import PlantError
from gateway.results import fields_of
from seeds import Column

NAMESPACE = "urn:nonferrous:plant"
RESULTS = "Results"
"""Identifier of the node below which clients may add and write nodes."""
UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
_READ = 1 << ua.AccessLevel.CurrentRead | 1 << ua.AccessLevel.HistoryRead
_WRITE = 1 << ua.AccessLevel.CurrentRead | 1 << ua.AccessLevel.CurrentWrite
_RESULT_TYPES = {float: ua.ObjectIds.Double, str: ua.ObjectIds.String, bool: ua.ObjectIds.Boolean}
_WAITING = ua.DataValue(ua.Variant(None, ua.VariantType.Null), ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
_TYPES = {
    ua.VariantType.Double: ua.ObjectIds.Double,
    ua.VariantType.String: ua.ObjectIds.String,
    ua.VariantType.DateTime: ua.ObjectIds.DateTime,
}


class PlantNodes:
    """Nodes of a plant on a server.

    Parameters
    ----------
    server : Server
        Initialised server.
    plant : LivePlant
        The plant.

    Attributes
    ----------
    types : dict of (str, str) to VariantType
        Type of each tag by unit and tag.
    """

    def __init__(self, server: Server, plant: LivePlant) -> None:
        self._server, self._plant, self._index = server, plant, 0
        self.types: dict[tuple[str, str], ua.VariantType] = {}

    async def create(self) -> None:
        """Create all nodes.

        Raises
        ------
        PlantError
            Two tags have the same identifier.
        """
        self._index = await self._server.register_namespace(NAMESPACE)
        objects = ua.NodeId(ua.ObjectIds.ObjectsFolder)
        line = self.node_id(self._plant.seed.process.name)
        await self._add([self._object(objects, line), self._object(objects, self.node_id(RESULTS), is_folder=True)])
        clock = self._plant.seed.clock
        for unit in self._plant.units:
            parent = self.node_id(unit)
            items = [self._object(line, parent)]
            items += self._variable(parent, unit, clock.name, clock.description, ua.VariantType.DateTime)
            for column in (*self._plant.columns, *self._plant.assayed):
                items += self._column(parent, unit, column)
            for column in self._plant.assayed:
                text = f"start of the period of {column.name}"
                items += self._variable(parent, unit, f"{column.name}.period", text, ua.VariantType.DateTime)
            await self._add(items)
            await self._add(self._results(unit))
        for unit, tag in self.types:
            await self._server.write_attribute_value(self.node_id(unit, tag), _WAITING)

    def node_id(self, *parts: str) -> ua.NodeId:
        """Node id of a unit, or of a tag of a unit."""
        return ua.NodeId(".".join(parts), self._index)

    async def _add(self, items: Iterable[ua.AddNodesItem]) -> None:
        items = list(items)
        for item, result in zip(items, await self._server.iserver.isession.add_nodes(items), strict=True):
            if not result.StatusCode.is_good():
                identifier = item.RequestedNewNodeId.Identifier
                raise PlantError(
                    f"node {identifier}: {result.StatusCode.name}: expected units and columns of other names"
                )

    def _results(self, unit: str) -> Iterator[ua.AddNodesItem]:
        """Yield the nodes to which a gateway writes the results of a unit."""
        folders: set[ua.NodeId] = set()
        for path, field in fields_of(self._plant.seed).items():
            names = (RESULTS, unit, *path)
            for depth in range(2, len(names)):
                folder = self.node_id(*names[:depth])
                if folder not in folders:
                    folders.add(folder)
                    parent = self.node_id(*names[: depth - 1])
                    yield self._object(parent, folder, is_folder=True, name=names[depth - 1])
            node, kind = self.node_id(*names), _RESULT_TYPES[field.kind]
            item = self._item(
                self.node_id(*names[:-1]), node, names[-1], ua.ObjectIds.HasComponent, ua.NodeClass.Variable
            )
            item.TypeDefinition = _expanded(ua.NodeId(ua.ObjectIds.BaseDataVariableType))
            item.NodeAttributes = _attributes(names[-1], names[-1], kind)
            item.NodeAttributes.AccessLevel = item.NodeAttributes.UserAccessLevel = _WRITE
            yield item
            if field.unit:
                measure = ua.EUInformation(UNECE, -1, ua.LocalizedText(field.unit), ua.LocalizedText(field.unit))
                yield self._property(node, "EngineeringUnits", measure, ua.ObjectIds.EUInformation)
            if field.low is not None and field.high is not None:
                yield self._property(node, "EURange", ua.Range(field.low, field.high), ua.ObjectIds.Range)

    def _column(self, parent: ua.NodeId, unit: str, column: Column) -> Iterator[ua.AddNodesItem]:
        kind = ua.VariantType.Double if column.is_number else ua.VariantType.String
        yield from self._variable(parent, unit, column.name, column.description, kind)
        if not column.is_number:
            return
        node = self.node_id(unit, column.name)
        if column.unit is not None:
            measure = ua.EUInformation(UNECE, -1, ua.LocalizedText(column.unit), ua.LocalizedText(column.unit))
            yield self._property(node, "EngineeringUnits", measure, ua.ObjectIds.EUInformation)
        low, high = column.limits
        if math.isfinite(low) and math.isfinite(high):
            yield self._property(node, "EURange", ua.Range(low, high), ua.ObjectIds.Range)

    def _object(
        self, parent: ua.NodeId, node: ua.NodeId, is_folder: bool = False, name: str | None = None
    ) -> ua.AddNodesItem:
        name = str(node.Identifier) if name is None else name
        item = self._item(parent, node, name, ua.ObjectIds.Organizes, ua.NodeClass.Object)
        item.TypeDefinition = _expanded(
            ua.NodeId(ua.ObjectIds.FolderType if is_folder else ua.ObjectIds.BaseObjectType)
        )
        item.NodeAttributes = ua.ObjectAttributes(DisplayName=ua.LocalizedText(name))
        return item

    def _variable(
        self, parent: ua.NodeId, unit: str, tag: str, description: str, kind: ua.VariantType
    ) -> Iterator[ua.AddNodesItem]:
        self.types[unit, tag] = kind
        node = self.node_id(unit, tag)
        item = self._item(parent, node, tag, ua.ObjectIds.HasComponent, ua.NodeClass.Variable)
        is_analog = kind is ua.VariantType.Double
        definition = ua.ObjectIds.AnalogItemType if is_analog else ua.ObjectIds.BaseDataVariableType
        item.TypeDefinition = _expanded(ua.NodeId(definition))
        attributes = _attributes(tag, description, _TYPES[kind])
        attributes.Historizing = True
        attributes.AccessLevel = attributes.UserAccessLevel = _READ
        item.NodeAttributes = attributes
        yield item

    def _property(self, node: ua.NodeId, name: str, value: object, kind: int) -> ua.AddNodesItem:
        own = ua.NodeId(f"{node.Identifier}.{name}", node.NamespaceIndex)
        item = self._item(node, own, name, ua.ObjectIds.HasProperty, ua.NodeClass.Variable)
        item.BrowseName = ua.QualifiedName(name, 0)
        item.TypeDefinition = _expanded(ua.NodeId(ua.ObjectIds.PropertyType))
        attributes = _attributes(name, name, kind)
        attributes.Value = ua.Variant(value, ua.VariantType.ExtensionObject)
        attributes.AccessLevel = attributes.UserAccessLevel = 1 << ua.AccessLevel.CurrentRead
        item.NodeAttributes = attributes
        return item

    def _item(
        self, parent: ua.NodeId, node: ua.NodeId, name: str, reference: int, node_class: ua.NodeClass
    ) -> ua.AddNodesItem:
        item = ua.AddNodesItem()
        item.ParentNodeId = _expanded(parent)
        item.ReferenceTypeId = ua.NodeId(reference)
        item.RequestedNewNodeId = _expanded(node)
        item.BrowseName = ua.QualifiedName(name, self._index)
        item.NodeClass = node_class
        return item


def _attributes(name: str, description: str, kind: int) -> ua.VariableAttributes:
    attributes = ua.VariableAttributes()
    attributes.DisplayName = ua.LocalizedText(name)
    attributes.Description = ua.LocalizedText(description)
    attributes.DataType = ua.NodeId(kind)
    attributes.ValueRank = ua.ValueRank.Scalar
    attributes.Value = ua.Variant(None, ua.VariantType.Null)
    return attributes


def _expanded(node: ua.NodeId) -> ua.ExpandedNodeId:
    return ua.ExpandedNodeId(node.Identifier, node.NamespaceIndex)


def variant(value: float | str | dt.datetime | None, kind: ua.VariantType) -> ua.Variant:
    """Return a value as a variant of its tag; an empty one without a value."""
    return ua.Variant(None, ua.VariantType.Null) if value is None else ua.Variant(value, kind)
