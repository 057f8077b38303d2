"""Short-lived notes to ourselves in a browser's cookie: signed, so that only this browser brings back what we wrote."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from mailwarden.core.runtime import Runtime


@dataclass(frozen=True)
class Ticket:
    """One kind of note. ``purpose`` keeps one kind from being presented as another."""

    purpose: str
    life: timedelta

    def name(self, rt: Runtime) -> str:
        return f"__Host-{self.purpose}" if rt.config.cookie_secure else self.purpose

    def give(self, rt: Runtime, response: Response, note: dict[str, str]) -> None:
        body = _text(json.dumps({**note, "at": str(int(rt.clock.timestamp()))}).encode())
        response.set_cookie(
            self.name(rt),
            f"{body}.{self._mac(rt, body)}",
            max_age=int(self.life.total_seconds()),
            path="/",
            secure=rt.config.cookie_secure,
            httponly=True,
            samesite="lax",  # it must come along when a provider's page leads back
        )

    def read(self, rt: Runtime, request: Request) -> dict[str, str] | None:
        """None for none, a forged one, or one that is too old."""
        body, _, mac = request.cookies.get(self.name(rt), "").partition(".")
        if not (body.isascii() and mac.isascii() and hmac.compare_digest(mac, self._mac(rt, body))):
            return None
        note: dict[str, str] = json.loads(base64.urlsafe_b64decode(body))
        return note if rt.clock.timestamp() - int(note["at"]) < self.life.total_seconds() else None

    def take_back(self, rt: Runtime, response: Response) -> None:
        response.delete_cookie(self.name(rt), path="/", secure=rt.config.cookie_secure, httponly=True, samesite="lax")

    def _mac(self, rt: Runtime, body: str) -> str:
        return hmac.new(rt.keys.lookup, f"ticket|{self.purpose}|{body}".encode(), hashlib.sha256).hexdigest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
