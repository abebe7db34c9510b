"""What authors of plugins use: `recits plugin new`, `check`, `translate` and `trace`."""
