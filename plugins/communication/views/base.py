"""The chantier's one blueprint; the other modules of this package bring its pages."""

from flask import Blueprint

blueprint = Blueprint("communication", __name__)
