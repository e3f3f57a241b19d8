"""Early warnings: how probable an event of the periods to come is for a unit, from what is in hand."""
