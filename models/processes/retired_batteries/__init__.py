"""Retired batteries on a line."""

from models.interfaces.process import ProcessModels
from models.processes.retired_batteries.physics import RetiredCellPhysics

PROCESS = ProcessModels(physics=RetiredCellPhysics)
