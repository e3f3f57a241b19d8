"""A plant's own table in folds of whole units: each unit answered by models that have not seen it."""
