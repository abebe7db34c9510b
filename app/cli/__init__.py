"""Commands; each asks one service."""
