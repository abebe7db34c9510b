"""Generated examples: the same at each run and without a deadline, since a busy machine is no fault of the code."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")
