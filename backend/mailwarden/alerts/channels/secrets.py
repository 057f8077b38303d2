"""The sealed parts of an organization's settings."""

import secrets

from mailwarden.alerts.rule_models import AlertSettings
from mailwarden.core.crypto import Place
from mailwarden.core.runtime import Runtime

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
CODE_LENGTH = 8


def seal(rt: Runtime, row: AlertSettings, column: str, secret: str) -> bytes:
    return rt.keys.seal(secret, Place("alert_settings", column, row.org_id, row.id))


def unseal(rt: Runtime, row: AlertSettings, column: str) -> str | None:
    """None: there is none. Raises CannotOpen."""
    sealed: bytes | None = getattr(row, column)
    return None if sealed is None else rt.keys.open(sealed, Place("alert_settings", column, row.org_id, row.id))


def new_code() -> str:
    """40 bits, and few guesses: nobody finds it."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
