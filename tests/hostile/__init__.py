"""Plugins that do wrong, written as real packages; each kind is proved to stay at home."""
