"""Retired batteries by current pulses, their chemistry: the features of the state of health, which are of one row."""

from __future__ import annotations

from models.processes.retired_batteries_pulse.physics import CAUSES, FEATURES, features

__all__ = ["CAUSES", "FEATURES", "features"]
