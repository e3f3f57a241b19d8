"""Ids of recorded requests, which a client may make before it sends a request."""

from __future__ import annotations

import os
import re
import time

_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def new_id() -> str:
    """Id that no other request has, later ones behind earlier ones: a UUID of version 7 [1]_.

    References
    ----------
    .. [1] RFC 9562, Universally Unique IDentifiers (UUIDs), section 5.7.
    """
    moment, random = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(random[3], 16) & 3]
    return f"{moment[:8]}-{moment[8:]}-7{random[:3]}-{variant}{random[4:7]}-{random[7:19]}"


def is_id(text: str) -> bool:
    """Return whether a text has the form of an id: a UUID in lower case."""
    return _FORM.fullmatch(text) is not None
