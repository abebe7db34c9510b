"""Decisions of the chantier; pure, no database."""
