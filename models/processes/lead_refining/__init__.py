"""Lead refining."""

from models.interfaces.process import ProcessModels
from models.processes.lead_refining.energy import LeadEnergy
from models.processes.lead_refining.physics import LeadPhysics
from models.processes.lead_refining.response import LeadResponse

PROCESS = ProcessModels(physics=LeadPhysics, response=LeadResponse, energy=LeadEnergy)
