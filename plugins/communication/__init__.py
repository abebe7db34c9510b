"""Communication & Mise en récits: the writing questions that lead a story."""
