"""Scripts and styles of the pages: files of the package, each at an address with its digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.addresses import ASSETS

FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
CACHED = "public, max-age=31536000, immutable"
"""Caching of an asset: another content has another address."""


@dataclass(frozen=True)
class Asset:
    """Content of a file and its media type."""

    content: bytes
    kind: str

    @property
    def digest(self) -> str:
        """Beginning of the SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()[:16]


@cache
def known() -> dict[str, Asset]:
    """Each file by its path in the folder."""
    return {
        path.relative_to(FOLDER).as_posix(): Asset(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file()
    }


@cache
def address(name: str) -> str:
    """Address of a file of the folder."""
    return f"{ASSETS}/{known()[name].digest}/{name}"


async def serve(request: Request) -> Response:
    """Return an asset; anybody may read it."""
    asset = known().get(request.path_params["name"])
    if asset is None or asset.digest != request.path_params["digest"]:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(asset.content, media_type=asset.kind, headers={"cache-control": CACHED})
