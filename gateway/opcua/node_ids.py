"""Node ids as tags: namespaces by their URI, which outlives a restart of the server."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from functools import cached_property

from asyncua import ua

from seeds.format.tags import NodeTag, read_tag

STANDARD = "http://opcfoundation.org/UA/"


class Namespaces:
    """Namespaces of a server.

    Parameters
    ----------
    uris : sequence of str
        As the server lists them now.
    """

    def __init__(self, uris: Sequence[str]) -> None:
        self.uris = tuple(uris)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {uri: number for number, uri in enumerate(self.uris)}

    def node_id(self, text: str) -> ua.NodeId | None:
        """Node id of a tag; None if the server has no such namespace, or the tag is of another protocol."""
        tag = read_tag(text)
        if not isinstance(tag, NodeTag) or tag.namespace not in self._index:
            return None
        index = self._index[tag.namespace]
        if tag.kind == "i":
            return ua.NodeId(int(tag.identifier), index)
        if tag.kind == "g":
            return ua.NodeId(uuid.UUID(tag.identifier), index)
        if tag.kind == "b":
            return ua.NodeId(base64.b64decode(tag.identifier), index)
        return ua.NodeId(tag.identifier, index)

    def text(self, node_id: ua.NodeId) -> str:
        """Tag of a node id."""
        index, identifier = int(node_id.NamespaceIndex), node_id.Identifier
        uri = self.uris[index] if index < len(self.uris) else f"index {index}"
        if isinstance(identifier, int):
            return f"nsu={uri};i={identifier}"
        if isinstance(identifier, uuid.UUID):
            return f"nsu={uri};g={identifier}"
        if isinstance(identifier, bytes):
            return f"nsu={uri};b={base64.b64encode(identifier).decode()}"
        return f"nsu={uri};s={identifier}"
