"""Zinc ingot."""

from models.interfaces.process import Process
from models.processes.zinc_ingot.physics import IngotPhysics

PROCESS = Process(physics=IngotPhysics)
