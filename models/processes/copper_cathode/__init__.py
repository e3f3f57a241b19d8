"""Copper cathode."""

from models.interfaces.process import Process
from models.processes.copper_cathode.physics import CathodePhysics

PROCESS = Process(physics=CathodePhysics)
