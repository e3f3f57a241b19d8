"""Retired batteries on a line."""

from models.interfaces.process import Process
from models.processes.retired_batteries.physics import RetiredCellPhysics

PROCESS = Process(physics=RetiredCellPhysics)
