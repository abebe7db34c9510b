"""The domain in pure Python: no Flask, no SQLAlchemy, no input or output."""
