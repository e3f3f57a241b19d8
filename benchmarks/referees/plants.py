"""Plants to develop on, on which effects are measured."""

from training.setpoints.plants import DEVELOPMENT

PROCESS = "aluminium_reduction"
PLANTS = tuple(plant for plant in DEVELOPMENT if plant.rng_seed in (901, 902, 907, 908))
UNITS, HISTORY = 132, 40
MADE_AT = (20, 30, 40)  # periods of history after which moves are made in forks
