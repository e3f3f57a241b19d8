"""Requests to add a node, with the attributes that all nodes of one kind have."""

from __future__ import annotations

from collections.abc import Iterator

from asyncua import ua

DATA_TYPES = {float: ua.ObjectIds.Double, str: ua.ObjectIds.String, bool: ua.ObjectIds.Boolean}
"""Data types of the fields of results."""

ENGINEERING_UNITS, RANGE = "EngineeringUnits", "EURange"
_UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
_READ_AND_WRITE = 1 << ua.AccessLevel.CurrentRead | 1 << ua.AccessLevel.CurrentWrite


def item_of(parent: ua.NodeId, node: ua.NodeId, name: str, reference: int, kind: int) -> ua.AddNodesItem:
    """Return the request for a variable; its attributes are still missing.

    Parameters
    ----------
    parent, node : NodeId
        Node that it belongs to, and its own id.
    name : str
        Browse name, in the namespace of the node; a property has that of the standard.
    reference : int
        Type of the reference from the parent.
    kind : int
        Type definition.
    """
    item = ua.AddNodesItem()
    item.ParentNodeId = _expanded(parent)
    item.ReferenceTypeId = ua.NodeId(reference)
    item.RequestedNewNodeId = _expanded(node)
    is_property = reference == ua.ObjectIds.HasProperty
    item.BrowseName = ua.QualifiedName(name, 0 if is_property else node.NamespaceIndex)
    item.NodeClass = ua.NodeClass.Variable
    item.TypeDefinition = _expanded(ua.NodeId(kind))
    return item


def object_item(parent: ua.NodeId, node: ua.NodeId, name: str, kind: int = ua.ObjectIds.FolderType) -> ua.AddNodesItem:
    """Return the request for an object, by default a folder."""
    item = item_of(parent, node, name, ua.ObjectIds.Organizes, kind)
    item.NodeClass = ua.NodeClass.Object
    item.NodeAttributes = ua.ObjectAttributes(DisplayName=ua.LocalizedText(name))
    return item


def attributes_of(
    name: str, value: ua.Variant, kind: int, access: int = _READ_AND_WRITE, description: str | None = None
) -> ua.VariableAttributes:
    """Return the attributes of a variable with one value; by default clients may write it."""
    attributes = ua.VariableAttributes()
    attributes.DisplayName = ua.LocalizedText(name)
    attributes.Description = ua.LocalizedText(name if description is None else description)
    attributes.DataType = ua.NodeId(kind)
    attributes.ValueRank = ua.ValueRank.Scalar
    attributes.Value = value
    attributes.AccessLevel = attributes.UserAccessLevel = access
    return attributes


def measure_items(
    node: ua.NodeId, unit: str | None, low: float | None, high: float | None, access: int = _READ_AND_WRITE
) -> Iterator[ua.AddNodesItem]:
    """Yield the properties of a variable that state its unit and its range, as far as they are known."""
    if unit:
        text = ua.LocalizedText(unit)
        information = ua.EUInformation(_UNECE, -1, text, text)
        yield _property(node, ENGINEERING_UNITS, information, ua.ObjectIds.EUInformation, access)
    if low is not None and high is not None:
        yield _property(node, RANGE, ua.Range(low, high), ua.ObjectIds.Range, access)


def _property(node: ua.NodeId, name: str, value: object, kind: int, access: int) -> ua.AddNodesItem:
    own = ua.NodeId(f"{node.Identifier}.{name}", node.NamespaceIndex)
    item = item_of(node, own, name, ua.ObjectIds.HasProperty, ua.ObjectIds.PropertyType)
    item.NodeAttributes = attributes_of(name, ua.Variant(value, ua.VariantType.ExtensionObject), kind, access)
    return item


def _expanded(node_id: ua.NodeId) -> ua.ExpandedNodeId:
    return ua.ExpandedNodeId(node_id.Identifier, node_id.NamespaceIndex)
