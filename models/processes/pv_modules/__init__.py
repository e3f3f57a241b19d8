"""Photovoltaic modules."""

from models.interfaces.process import ProcessModels
from models.processes.pv_modules.physics import ModulePhysics

PROCESS = ProcessModels(physics=ModulePhysics)
