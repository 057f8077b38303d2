"""A browser that signed in before is known again: strangers who guess elsewhere cannot keep its owner out.

The cookie is worth a place past the crowd at the door, and nothing else: the password is asked for all the same.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import NamedTuple

from fastapi import Request, Response

from mailwarden.core.runtime import Runtime

LIFE = timedelta(days=180)
AT_MOST = 4  # people who share a browser
BETWEEN = "~"


class Mark(NamedTuple):
    nonce: str
    issued: str  # seconds, in hexadecimal
    mac: str


def cookie_name(rt: Runtime) -> str:
    return "__Host-device" if rt.config.cookie_secure else "device"


def known_device(rt: Runtime, request: Request, email: str) -> str | None:
    """The device's own name, if this address signed in there within the last 180 days."""
    for mark in _marks(rt, request):
        if hmac.compare_digest(mark.mac, _mac(rt, mark.nonce, mark.issued, email)) and _is_young(rt, mark.issued):
            return mark.nonce
    return None


def remember_device(rt: Runtime, request: Request, response: Response, email: str) -> None:
    nonce, issued = secrets.token_urlsafe(12), f"{int(rt.clock.timestamp()):x}"
    new = Mark(nonce, issued, _mac(rt, nonce, issued, email))
    mine = known_device(rt, request, email)
    others = [mark for mark in _marks(rt, request) if mark.nonce != mine]
    response.set_cookie(
        cookie_name(rt),
        BETWEEN.join(".".join(mark) for mark in [new, *others][:AT_MOST]),
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=rt.config.cookie_secure,
        httponly=True,
        samesite="lax",
    )


def _marks(rt: Runtime, request: Request) -> list[Mark]:
    parts = [one.split(".") for one in request.cookies.get(cookie_name(rt), "").split(BETWEEN)[:AT_MOST]]
    return [Mark(*one) for one in parts if len(one) == 3 and all(part.isascii() for part in one)]


def _is_young(rt: Runtime, issued: str) -> bool:
    return rt.clock.timestamp() - int(issued, 16) < LIFE.total_seconds()  # ours: its mac fits


def _mac(rt: Runtime, nonce: str, issued: str, email: str) -> str:
    message = f"device|{nonce}|{issued}|{email.lower()}".encode()
    return hmac.new(rt.keys.lookup, message, hashlib.sha256).hexdigest()
