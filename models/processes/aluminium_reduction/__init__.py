"""Aluminium reduction."""

from models.interfaces.process import ProcessModels
from models.processes.aluminium_reduction.energy import PotEnergy
from models.processes.aluminium_reduction.physics import PotPhysics
from models.processes.aluminium_reduction.response import PotResponse
from models.processes.aluminium_reduction.schedule import PotSchedule

PROCESS = ProcessModels(physics=PotPhysics, response=PotResponse, energy=PotEnergy, schedule=PotSchedule)
