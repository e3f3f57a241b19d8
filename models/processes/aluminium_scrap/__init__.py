"""Aluminium scrap."""

from models.interfaces.process import Process
from models.processes.aluminium_scrap.physics import ScrapPhysics

PROCESS = Process(physics=ScrapPhysics)
