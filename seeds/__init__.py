"""Process descriptions (seeds): one TOML file for each process, and the loader that checks it."""

from seeds.format.column import Column, Previous, Typical
from seeds.format.constraints import Constraint
from seeds.format.files import SeedError, folder, is_built_in, names, plant_folders
from seeds.format.loader import load, load_all
from seeds.format.norms import EnergyGrade, Norm
from seeds.format.plant import Material, Parameter, Plant, Regime
from seeds.format.quantity import Quantity
from seeds.format.schema import ProcessHead, Seed, Target
from seeds.format.table import TableFormat
from seeds.format.tasks.quality import Cause, ContentLimit, ContentSum, Grade, Quality
from seeds.format.tasks.sorting import Bin, Sorting
from seeds.format.warnings import WarningEvent

__all__ = [
    "Bin",
    "Cause",
    "Column",
    "Constraint",
    "ContentLimit",
    "ContentSum",
    "EnergyGrade",
    "Grade",
    "Material",
    "Norm",
    "Parameter",
    "Plant",
    "Previous",
    "ProcessHead",
    "Quality",
    "Quantity",
    "Regime",
    "Seed",
    "SeedError",
    "Sorting",
    "TableFormat",
    "Target",
    "Typical",
    "WarningEvent",
    "folder",
    "is_built_in",
    "load",
    "load_all",
    "names",
    "plant_folders",
]
