"""What is known of each process before any data: one TOML file a process, and the loader that checks it."""

from seeds.loader import SeedError, folder, load, load_all, names
from seeds.plant import Material, Plant, Regime
from seeds.quantity import Quantity
from seeds.schema import Column, Previous, Process, Seed, Target, Typical
from seeds.sorting import Bin, Sorting

__all__ = [
    "Bin",
    "Column",
    "Material",
    "Plant",
    "Previous",
    "Process",
    "Quantity",
    "Regime",
    "Seed",
    "SeedError",
    "Sorting",
    "Target",
    "Typical",
    "folder",
    "load",
    "load_all",
    "names",
]
