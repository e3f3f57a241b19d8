"""Copper cathode."""

from models.interfaces.process import ProcessModels
from models.processes.copper_cathode.physics import CathodePhysics

PROCESS = ProcessModels(physics=CathodePhysics)
