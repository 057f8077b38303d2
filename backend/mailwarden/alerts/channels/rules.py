"""What comes of an attempt, and which addresses Slack's webhooks have."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

TRIES = 24  # with the back-off of jobs: about four hours, as mails
DEADLINE_S = 10.0
OFF = "channel_off"
# Answers that trying again cannot change. Slack: the address is gone, or it refuses what is sent.
DEFINITE = {"slack": frozenset({400, 403, 404, 410}), "webhook": frozenset({410})}
OLD = timedelta(days=1)  # news no more


def is_over(channel: str, status: int | None, tries: int) -> bool:
    return status in DEFINITE[channel] or tries >= TRIES


def not_slack(url: str, hosts: Iterable[str]) -> str | None:
    """A sentence for whoever typed it."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return "This is not an address."
    if host not in frozenset(hosts):
        return f"Use the webhook address that Slack shows you: it begins with https://{next(iter(hosts), 'nowhere')}/."
    return None


def hint_of(url: str) -> str:
    """Enough to know it again: its host and its last four characters."""
    return f"{urlsplit(url).hostname} … {url[-4:]}"
