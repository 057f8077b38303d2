"""Negative control: a worker as if jobs lived in Redis. Each job is woken once; a wake-up that is lost stays lost."""

from mailwarden.cli import app
from mailwarden.core import queue


async def never(_: queue.Relay) -> float:
    return 1e9


setattr(queue.Relay, "_stale_s", never)  # noqa: B010

if __name__ == "__main__":
    app(["worker"])
