"""Empty on purpose: the core runs the migrations itself."""
