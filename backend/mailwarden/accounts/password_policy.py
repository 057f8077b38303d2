"""Refuses a new password that others would guess first (ASVS 5.0 6.2.4, 6.2.11, 6.2.12)."""

from collections.abc import Iterable
from functools import cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from mailwarden.accounts.breached import is_breached
from mailwarden.accounts.password_rules import holds_context, is_common
from mailwarden.core.errors import Invalid
from mailwarden.core.runtime import Runtime

COMMON = "Others choose this password, too. A few unrelated words are easy to remember and hard to guess."
CONTEXT = "This password is made of your name, your address or the name of your organization."
BREACHED = "This password is known from a data breach elsewhere. Choose another one."


@cache
def common_passwords() -> frozenset[str]:
    """Some 30,000, most used first in the list that they come from."""
    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 4)


def check_password(rt: Runtime, password: str, *, pointer: str, context: Iterable[str] = ()) -> None:
    """``context``: what is known of the person. Raises Invalid, which says which of the three it is."""
    if is_common(password, common_passwords()):
        raise _refusal("password_common", COMMON, pointer)
    if is_breached(rt.config.breached_passwords, password):
        raise _refusal("password_breached", BREACHED, pointer)
    if holds_context(password, context):
        raise _refusal("password_context", CONTEXT, pointer)


def _refusal(code: str, detail: str, pointer: str) -> Invalid:
    return Invalid(detail, code=code, errors=[{"pointer": pointer, "code": code, "detail": detail}])
