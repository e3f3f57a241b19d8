"""Errors of the gateway: text for the user, one line."""

from __future__ import annotations


class GatewayError(RuntimeError):
    """Connection, certificate, map or setting with which the gateway cannot work."""
