"""Checks of new labels against reference windows, before any fit."""
