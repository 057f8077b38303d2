"""The kinds of things a provider serves."""

from enum import StrEnum


class Area(StrEnum):
    TOKEN = "token"  # noqa: S105 - the token endpoints, not a token
    API = "api"
    CONSENT = "consent"
    HOOK = "hook"
    """What the provider sends, rather than serves."""
