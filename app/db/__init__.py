"""Models, migrations and read queries; never writes but through a unit of work of the services."""
