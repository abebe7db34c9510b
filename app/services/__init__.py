"""The verbs of the site, one module per family; the only writers. Each: check, change, record, emit, in that order."""
