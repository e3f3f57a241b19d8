"""Aluminium scrap."""

from models.interfaces.process import ProcessModels
from models.processes.aluminium_scrap.physics import ScrapPhysics

PROCESS = ProcessModels(physics=ScrapPhysics)
