"""Primary aluminium ingot."""

from models.interfaces.process import Process
from models.processes.aluminium_ingot.physics import IngotPhysics

PROCESS = Process(physics=IngotPhysics)
