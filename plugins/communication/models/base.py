"""The declarative base of the chantier's tables."""

from app.sdk import model_base

Base = model_base("communication")
