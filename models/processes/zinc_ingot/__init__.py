"""Zinc ingot."""

from models.interfaces.process import ProcessModels
from models.processes.zinc_ingot.physics import ZincIngotPhysics

PROCESS = ProcessModels(physics=ZincIngotPhysics)
