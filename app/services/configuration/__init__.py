"""The site's configuration as readable files: exported, compared, and imported as a whole or not at all; no people, no secrets, no content."""

from app.services.configuration.base import Change, ConfigFault, Section
from app.services.configuration.files import as_bytes, read_folder, read_zip, to_files, to_zip
from app.services.configuration.importing import Plan, apply_import, export_files, export_site, plan_import
from app.services.configuration.sections import SECTIONS
from app.services.configuration.words import fault_words

__all__ = [
    "SECTIONS",
    "Change",
    "ConfigFault",
    "Plan",
    "Section",
    "apply_import",
    "as_bytes",
    "export_files",
    "export_site",
    "fault_words",
    "plan_import",
    "read_folder",
    "read_zip",
    "to_files",
    "to_zip",
]
