"""The format of a seed: schema, units, and the loader that checks them."""
