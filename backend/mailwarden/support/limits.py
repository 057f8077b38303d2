"""How much may be asked of support, and how its files leave."""

from datetime import timedelta
from urllib.parse import quote

from mailwarden.accounts.throttle import Window

HOUR = timedelta(hours=1)
OF_A_PERSON = 20  # in an hour
OF_A_NETWORK = Window("support_network", 5, HOUR)
OF_ALL = Window("support_all", 300, HOUR)  # of those who are not signed in


def disposition(name: str) -> str:
    """RFC 6266 with the name of RFC 8187: nothing of it can be read as another parameter."""
    return f"attachment; filename*=utf-8''{quote(name, safe='')}"
