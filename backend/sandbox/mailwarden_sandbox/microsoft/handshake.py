"""The proof that an address wants to be told: it repeats a token."""

import secrets
from html import unescape
from urllib.parse import quote

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.webhooks import ask

HANDSHAKE_S = 10


class NoHandshake(ValueError):
    """The message is Graph's."""


async def shake_hands(call: Call, url: str) -> None:
    """The address must answer the token as plain text within ten seconds."""
    token = f"Validation: Testing client application reachability for subscription {secrets.token_urlsafe(24)} & <more>"
    sent = _with_token(url, token)
    answer = await ask(call.world, sent, headers={"content-type": "text/plain; charset=utf-8"}, timeout_s=HANDSHAKE_S)
    status = answer.status if answer else None
    if answer is None or status != 200 or not _repeats(answer.body, answer.headers.get("content-type", ""), token):
        shown = status if status is not None else "no answer"
        raise NoHandshake(
            f"Subscription validation request failed. Notification endpoint must respond with 200 OK to validation "
            f"request. HTTP status: {shown}.",
        )


def _with_token(url: str, token: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}validationToken={quote(token, safe='')}"


def _repeats(body: bytes, kind: str, token: str) -> bool:
    """Decoded; escaped for HTML or not."""
    return kind.partition(";")[0].strip().lower() == "text/plain" and unescape(body.decode("utf-8", "replace")) == token
