"""Background work; asks services, never writes itself."""
