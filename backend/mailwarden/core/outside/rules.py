"""Which addresses may be typed, and what an answer means. Times in seconds."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

LONGEST_RETRY_AFTER_S = 86400.0
MOST_URL = 2048
THROTTLED = frozenset({429, 502, 503, 504})


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
    except (ValueError, OverflowError):  # of a year or an offset that no date has
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
