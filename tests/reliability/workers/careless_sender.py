"""Negative control: a worker that tries a delivery once and forgets it."""

from mailwarden.cli import app
from mailwarden.developers.webhooks import rules

rules.WAITS = ()  # type: ignore[assignment]

if __name__ == "__main__":
    app(["worker"])
