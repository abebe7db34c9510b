"""What the server does not believe: that a suggestion changes no accepted word, that words are whose they say."""
