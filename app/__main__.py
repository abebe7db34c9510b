"""`python -m app` is the `recits` command."""

from app.console import main

main()
