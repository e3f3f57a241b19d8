"""Permissions of clients of the simulated plant: they read all, and write results alone."""

from __future__ import annotations

from typing import Any

from asyncua import ua
from asyncua.crypto.permission_rules import PermissionRuleset, User, UserRole
from asyncua.server.user_managers import UserManager
from asyncua.ua.ua_binary import struct_from_binary

from gateway.plant.nodes import RESULTS

_FORBIDDEN = {
    ua.NodeId(identifier)
    for identifier in (
        ua.ObjectIds.DeleteNodesRequest_Encoding_DefaultBinary,
        ua.ObjectIds.AddReferencesRequest_Encoding_DefaultBinary,
        ua.ObjectIds.DeleteReferencesRequest_Encoding_DefaultBinary,
        ua.ObjectIds.HistoryUpdateRequest_Encoding_DefaultBinary,
    )
}
_WRITE = ua.NodeId(ua.ObjectIds.WriteRequest_Encoding_DefaultBinary)
_ADD = ua.NodeId(ua.ObjectIds.AddNodesRequest_Encoding_DefaultBinary)


class PlantUsers(UserManager):  # type: ignore[misc]
    """One user with all rights that `PlantPermissions` leaves."""

    def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> User:
        """Return the user of any client."""
        return User(role=UserRole.Admin, name="client")


class PlantPermissions(PermissionRuleset):  # type: ignore[misc]
    """Refusal of requests that change something outside the node of results."""

    def check_validity(self, user: Any, action_type: ua.NodeId, body: Any) -> bool:
        """Return whether a request is allowed; the body is not consumed."""
        if action_type in _FORBIDDEN:
            return False
        if action_type == _WRITE:
            nodes = struct_from_binary(ua.WriteParameters, body.copy()).NodesToWrite
            return all(_is_result(each.NodeId) and each.AttributeId == ua.AttributeIds.Value for each in nodes)
        if action_type == _ADD:
            items = struct_from_binary(ua.AddNodesParameters, body.copy()).NodesToAdd
            return all(_is_result(item.RequestedNewNodeId) and _is_result(item.ParentNodeId, True) for item in items)
        return True


def _is_result(node: ua.NodeId, or_root: bool = False) -> bool:
    identifier = node.Identifier
    return isinstance(identifier, str) and (identifier.startswith(f"{RESULTS}.") or (or_root and identifier == RESULTS))
