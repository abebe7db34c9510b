"""The child process: `python -m app.services.markup` answers questions from its standard input."""

from app.services.markup.child import answer
from app.services.markup.worker import serve

if __name__ == "__main__":
    serve(answer)
