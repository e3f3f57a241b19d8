"""How fast plants are simulated: beside an earlier revision of the code, and by two workers beside one."""
