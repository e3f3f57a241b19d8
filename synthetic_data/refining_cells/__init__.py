"""Cells of a tankhouse's sections: losses of current, voltage by the hour, heat, patrols, instruments."""
