"""Negative control: a worker as if jobs lived in Redis. Each job is woken once; a wake-up that is lost stays lost."""

from mailwarden.cli import app
from mailwarden.core import queue

queue.STALE = "100 years"

if __name__ == "__main__":
    app(["worker"])
