"""Negative control: a worker that stores a token answer once, without writing it down first."""

from mailwarden.cli import app
from mailwarden.connections import refresh
from mailwarden.connections.credentials import store
from mailwarden.connections.journal import TokenAnswer, TokenJournal


def forget(_journal: TokenJournal, _answer: TokenAnswer) -> None:
    return None


TokenJournal.append = forget  # type: ignore[method-assign, assignment]
vars(refresh)["store_for_sure"] = store

if __name__ == "__main__":
    app(["worker"])
