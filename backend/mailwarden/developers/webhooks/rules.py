"""When is tried again, what an answer means, and which addresses may be typed. Times in seconds unless said."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0
# Between attempts: 75 h 35 min from the first to the last, each wait 20 % shorter or longer (Standard Webhooks 1.0).
WAITS = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
JITTER = 0.2
DEADLINE_S = 20.0
KEPT = timedelta(days=30)
DEAD_AFTER = timedelta(hours=24)
DUAL_SIGNING = timedelta(hours=24)
# An endpoint that failed so often in a row gets one request at a time, and then a rest that doubles.
OFTEN = 5
REST_S, LONGEST_REST_S = 30.0, 15 * MINUTE
DEAD_REST_S = HOUR  # of one whose owners were told: thousands of dead ones must not keep workers waiting
LONGEST_RETRY_AFTER_S = 24 * HOUR
MOST_BODY = 20_000  # bytes, as the specification advises
MOST_URL = 2048
GONE, THROTTLED = 410, frozenset({429, 502, 503, 504})


def wait_s(step: int, chance: float) -> float | None:
    """Before the attempt after the ``step``-th of the schedule; None after the last. ``chance`` from 0 to 1."""
    if step >= len(WAITS):
        return None
    return WAITS[step] * (1 + JITTER * (2 * chance - 1))


def rest_s(failures_in_row: int, *, dead: bool) -> float:
    if dead:
        return DEAD_REST_S
    if failures_in_row < OFTEN:
        return 0.0
    return min(REST_S * 2.0 ** min(failures_in_row - OFTEN, 20), LONGEST_REST_S)


def is_delivered(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def retry_after_s(status: int | None, header: str | None, now: datetime) -> float:
    """What the endpoint asked for (RFC 9110 §10.2.3), within reason; 0 if nothing that can be read."""
    if status not in THROTTLED or not header:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_S)


def what_is_wrong_with(url: str, *, plain_http: bool) -> str | None:
    """A sentence for the person who typed it; whether the host may be reached is the guard's to say."""
    schemes = ("https", "http") if plain_http else ("https",)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not an address."
    if len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "Use plain characters and at most 2048 of them; write international names in their xn-- form."
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        return "Use an address that begins with https://."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "Leave out user name, password and fragment."
    return None
