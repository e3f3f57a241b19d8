"""Photovoltaic modules."""

from models.interfaces.process import Process
from models.processes.pv_modules.physics import ModulePhysics

PROCESS = Process(physics=ModulePhysics)
