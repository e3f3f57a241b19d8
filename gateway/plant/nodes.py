"""Address space of the simulated plant: an object for each unit, a variable for each column."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator

from asyncua import Server, ua

from gateway.opcua.node_items import DATA_TYPES, attributes_of, item_of, measure_items, object_item
from gateway.plant.live_plant import LivePlant
from gateway.plant.outlet import PlantError
from gateway.results import fields_of
from seeds import Column

NAMESPACE = "urn:nonferrous:plant"
RESULTS = "Results"
"""Identifier of the node below which clients may add and write nodes."""
_READ_ONLY = 1 << ua.AccessLevel.CurrentRead
_READ = _READ_ONLY | 1 << ua.AccessLevel.HistoryRead
_EMPTY = ua.Variant(None, ua.VariantType.Null)
_WAITING = ua.DataValue(_EMPTY, ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
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
        results = object_item(objects, self.node_id(RESULTS), RESULTS)
        await self._add([self._object(objects, line), results])
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
                    yield object_item(self.node_id(*names[: depth - 1]), folder, names[depth - 1])
            parent, node = self.node_id(*names[:-1]), self.node_id(*names)
            item = item_of(parent, node, names[-1], ua.ObjectIds.HasComponent, ua.ObjectIds.BaseDataVariableType)
            item.NodeAttributes = attributes_of(names[-1], _EMPTY, DATA_TYPES[field.kind])
            yield item
            yield from measure_items(node, field.unit, field.low, field.high, _READ_ONLY)

    def _column(self, parent: ua.NodeId, unit: str, column: Column) -> Iterator[ua.AddNodesItem]:
        kind = ua.VariantType.Double if column.is_number else ua.VariantType.String
        yield from self._variable(parent, unit, column.name, column.description, kind)
        if not column.is_number:
            return
        low, high = (limit if math.isfinite(limit) else None for limit in column.limits)
        yield from measure_items(self.node_id(unit, column.name), column.unit, low, high, _READ_ONLY)

    def _object(self, parent: ua.NodeId, node: ua.NodeId) -> ua.AddNodesItem:
        return object_item(parent, node, str(node.Identifier), ua.ObjectIds.BaseObjectType)

    def _variable(
        self, parent: ua.NodeId, unit: str, tag: str, description: str, kind: ua.VariantType
    ) -> Iterator[ua.AddNodesItem]:
        self.types[unit, tag] = kind
        is_analog = kind is ua.VariantType.Double
        definition = ua.ObjectIds.AnalogItemType if is_analog else ua.ObjectIds.BaseDataVariableType
        item = item_of(parent, self.node_id(unit, tag), tag, ua.ObjectIds.HasComponent, definition)
        item.NodeAttributes = attributes_of(tag, _EMPTY, _TYPES[kind], _READ, description)
        item.NodeAttributes.Historizing = True
        yield item


def variant(value: float | str | dt.datetime | None, kind: ua.VariantType) -> ua.Variant:
    """Return a value as a variant of its tag; an empty one without a value."""
    return _EMPTY if value is None else ua.Variant(value, kind)
