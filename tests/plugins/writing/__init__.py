"""The writing side of the chantier Communication & Mise en récits: forms, questions, traces, balance, quality."""
