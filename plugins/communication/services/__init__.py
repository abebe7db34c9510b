"""Verbs of the chantier, one module for each family; the only writers of its tables."""
