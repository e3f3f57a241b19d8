"""Files of a model: written with digests, checked before they are parsed."""
