"""Codes of authenticator apps (RFC 6238) and recovery codes: pure, the clock is the caller's."""

import secrets
from datetime import datetime

import pyotp
from pyotp.utils import strings_equal

STEP_S = 30
BESIDE = 1  # steps before and after the present one, for clocks that are a little off
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
RECOVERY_LENGTH = 10


def new_secret() -> str:
    return pyotp.random_base32()


def uri(secret: str, account: str) -> str:
    """What an app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=account, issuer_name="Mailwarden")


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step that the code belongs to; None if it is wrong, or of a step that was used (``after`` or before)."""
    app, present = pyotp.TOTP(secret, interval=STEP_S), int(now.timestamp()) // STEP_S
    fitting = [
        step
        for step in range(present - BESIDE, present + BESIDE + 1)
        if strings_equal(app.generate_otp(step), code) and step > after
    ]
    return max(fitting, default=None)


def new_recovery_codes() -> list[str]:
    """About 50 bits each, written in two halves."""
    return [_halves("".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH))) for _ in range(RECOVERY_CODES)]


def _halves(code: str) -> str:
    middle = RECOVERY_LENGTH // 2
    return f"{code[:middle]}-{code[middle:]}"


def plain_code(typed: str) -> str:
    """As people type it: with or without spaces and dashes, in any case."""
    return "".join(char for char in typed.lower() if char.isascii() and char.isalnum())


def is_recovery_code(plain: str) -> bool:
    return len(plain) == RECOVERY_LENGTH
