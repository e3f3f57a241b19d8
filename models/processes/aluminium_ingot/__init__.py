"""Primary aluminium ingot."""

from models.interfaces.process import ProcessModels
from models.processes.aluminium_ingot.physics import AluminiumIngotPhysics

PROCESS = ProcessModels(physics=AluminiumIngotPhysics)
