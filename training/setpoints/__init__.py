"""Closed-loop trials of set-points: ways to choose them, on simulated plants that nobody has seen.

`plants`, `hand`: the plants, and what of them is in hand; `reach`, `choice`, `arms`, `naive`, `product`, `oracle`: the
ways to choose; `loop`, `realised`: running them; `outcome`: what comes of it; `runs`, `kept`: all plants, in processes,
a finished arm at a time; `tables`, `record`: what the terminal and MLflow get.
"""

from training.setpoints.record import files, metrics
from training.setpoints.runs import trial
from training.setpoints.tables import tables

__all__ = ["files", "metrics", "tables", "trial"]
