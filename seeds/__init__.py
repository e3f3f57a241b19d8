"""What is known of each process before any data: one TOML file a process, and the loader that checks it."""

from seeds.loader import SeedError, folder, load, load_all, names
from seeds.schema import Column, Plant, Previous, Process, Quantity, Regime, Seed, Target, Typical

__all__ = [
    "Column",
    "Plant",
    "Previous",
    "Process",
    "Quantity",
    "Regime",
    "Seed",
    "SeedError",
    "Target",
    "Typical",
    "folder",
    "load",
    "load_all",
    "names",
]
