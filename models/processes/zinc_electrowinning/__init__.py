"""Zinc electrowinning."""

from models.interfaces.process import ProcessModels
from models.processes.zinc_electrowinning.energy import ZincEnergy
from models.processes.zinc_electrowinning.physics import ZincPhysics
from models.processes.zinc_electrowinning.response import ZincResponse
from models.processes.zinc_electrowinning.schedule import ZincSchedule

PROCESS = ProcessModels(physics=ZincPhysics, response=ZincResponse, energy=ZincEnergy, schedule=ZincSchedule)
