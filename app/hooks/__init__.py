"""The contract between the core and its plugins; never reads the database."""
