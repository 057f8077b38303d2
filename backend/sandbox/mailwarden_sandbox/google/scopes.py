"""Scopes: how they are written, which ones Gmail's are, and which method takes which (discovery document of Gmail)."""

from collections.abc import Iterable

_AUTH = "https://www.googleapis.com/auth/"
MAIL = "https://mail.google.com/"
OPENID, EMAIL, PROFILE = "openid", f"{_AUTH}userinfo.email", f"{_AUTH}userinfo.profile"
SEND, COMPOSE, READONLY, METADATA, MODIFY, LABELS, BASIC, INSERT = (
    f"{_AUTH}gmail.{name}"
    for name in ("send", "compose", "readonly", "metadata", "modify", "labels", "settings.basic", "insert")
)
_SHORT = {"email": EMAIL, "profile": PROFILE}
SIGN_IN = frozenset({OPENID, EMAIL, PROFILE})
KNOWN = SIGN_IN | {MAIL, SEND, COMPOSE, READONLY, METADATA, MODIFY, LABELS, BASIC, INSERT}

SENDS = (MAIL, MODIFY, COMPOSE, SEND)
SEES_PROFILE = (MAIL, MODIFY, COMPOSE, READONLY, METADATA)
READS = (MAIL, MODIFY, READONLY, METADATA)
READS_BODIES = (MAIL, MODIFY, READONLY)
CHANGES = (MAIL, MODIFY)
DELETES = (MAIL,)
READS_DRAFTS = (MAIL, MODIFY, COMPOSE, READONLY)
WRITES_DRAFTS = (MAIL, MODIFY, COMPOSE)
READS_LABELS = (MAIL, MODIFY, READONLY, METADATA, LABELS)
WRITES_LABELS = (MAIL, MODIFY, LABELS)
READS_SENDERS = (MAIL, MODIFY, READONLY, BASIC)


def in_full(names: Iterable[str]) -> tuple[str, ...]:
    """Google takes ``email`` and ``profile`` and answers with their long names."""
    return tuple(dict.fromkeys(_SHORT.get(name, name) for name in names))


def touches_mail(scopes: Iterable[str]) -> bool:
    """Grants with any Gmail scope end when the password changes."""
    return any(scope == MAIL or scope.startswith(f"{_AUTH}gmail.") for scope in scopes)
