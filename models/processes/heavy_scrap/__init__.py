"""Heavy scrap."""

from models.interfaces.process import ProcessModels
from models.processes.heavy_scrap.physics import HeavyScrapPhysics

PROCESS = ProcessModels(physics=HeavyScrapPhysics)
