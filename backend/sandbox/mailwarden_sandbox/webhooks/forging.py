"""What an attacker sends who knows the address and saw a genuine delivery, but holds no secret."""

import json
from collections.abc import Mapping

from mailwarden_sandbox.webhooks.outbox import MakeHeaders


def forge(provider: str, url: str, body: bytes, headers: MakeHeaders) -> tuple[str, bytes, MakeHeaders]:
    """(url, body, headers) that a careful receiver refuses, by what this provider's authenticity hangs on."""
    if provider == "keap":  # nothing is signed: the secret is in the address
        return _spoiled(url), body, headers
    if provider == "microsoft":
        return url, _with_other_state(body), headers
    if provider == "pubsub":
        return url, body, lambda at: _with_spoiled_bearer(headers(at))
    return url, _flipped(body), headers


def _spoiled(text: str) -> str:
    return text[:-1] + ("A" if text[-1:] != "A" else "B")


def _with_other_state(body: bytes) -> bytes:
    told = json.loads(body)
    for item in told.get("value", []):
        item["clientState"] = _spoiled(str(item.get("clientState") or "x"))
    return json.dumps(told).encode()


def _with_spoiled_bearer(headers: Mapping[str, str]) -> dict[str, str]:
    """The last character of a signature may hold unused bits, so an earlier one changes."""
    spoiled = dict(headers)
    for name, value in headers.items():
        if name.lower() == "authorization":
            spoiled[name] = value[:-12] + _spoiled(value[-12:-6]) + value[-6:]
    return spoiled


def _flipped(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :] if body else b"{}"
