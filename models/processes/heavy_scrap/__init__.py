"""Heavy scrap."""

from models.interfaces.process import Process
from models.processes.heavy_scrap.physics import HeavyScrapPhysics

PROCESS = Process(physics=HeavyScrapPhysics)
