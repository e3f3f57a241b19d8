"""Seed drafts from a plant's table: detected columns, suspected errors, and facts to confirm."""
