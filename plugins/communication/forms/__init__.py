"""Forms of the chantier."""
