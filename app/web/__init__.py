"""Pages: each view parses, calls one service, maps errors, renders. No rule of the domain is decided here."""
