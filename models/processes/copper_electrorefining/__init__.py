"""Copper electrorefining."""

from models.interfaces.process import ProcessModels
from models.processes.copper_electrorefining.energy import CopperEnergy
from models.processes.copper_electrorefining.physics import CopperPhysics
from models.processes.copper_electrorefining.response import CopperResponse
from models.processes.copper_electrorefining.schedule import CopperSchedule

PROCESS = ProcessModels(physics=CopperPhysics, response=CopperResponse, energy=CopperEnergy, schedule=CopperSchedule)
