"""What a broken server or proxy makes of a good answer."""

import json
import random
from collections.abc import Callable, Mapping

from tests.reliability.hostile import Reply

GOOD = {
    "portalId": 123,
    "accountType": "STANDARD",
    "uiDomain": "app.hubspot.com",
    "timeZone": "UTC",
    "data": [{"type": "account", "id": "Kv0001", "attributes": {"contact_information": {"organization_name": "X"}}}],
}


def _flip(rng: random.Random, body: bytes) -> bytes:
    raw = bytearray(body)
    for _ in range(rng.randint(1, 20)):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)


def _drift(rng: random.Random, body: bytes) -> bytes:
    told = json.loads(body)
    key = rng.choice(list(told))
    told[key] = rng.choice([None, [], {}, "", 0, -1, 1e308, "x" * 5000, [None], [[[]]], True])
    return json.dumps(told).encode()


def _deep(rng: random.Random, _: bytes) -> bytes:
    depth = rng.choice([50, 5_000, 100_000])
    return b"[" * depth + b"]" * depth


BODIES: Mapping[str, Callable[[random.Random, bytes], bytes]] = {
    "bits flipped": _flip,
    "another schema": _drift,
    "deep nesting": _deep,
    "empty": lambda _rng, _body: b"",
    "byte order mark": lambda _rng, body: b"\xef\xbb\xbf" + body,
    "NaN": lambda _rng, _body: b'{"portalId": NaN, "data": [NaN, Infinity]}',
    "keys twice": lambda _rng, body: body[:-1] + b', "portalId": null, "data": null}',
    "another encoding": lambda _rng, body: body.decode().encode("utf-16"),
    "a page": lambda _rng, _body: b"<!DOCTYPE html><html><body>Scheduled maintenance</body></html>",
    "huge numbers": lambda _rng, _body: b'{"portalId": ' + b"9" * 5_000 + b', "data": []}',
}
KINDS = (*BODIES, "cut", "too long", "another type", "another encoding claimed")


def spoiled(rng: random.Random, kind: str) -> Reply:
    body = json.dumps(GOOD).encode()
    status = rng.choice([200, 200, 200, 201, 400, 500])
    if kind in BODIES:
        return Reply(status, BODIES[kind](rng, body))
    if kind == "cut":
        return Reply(200, body, cut=rng.randrange(len(body)))
    if kind == "too long":
        return Reply(200, body + b"\x00" * rng.randint(1, 100))
    if kind == "another type":
        return Reply(
            status, body, {"Content-Type": rng.choice(["text/html", "text/plain", "image/png", "application/xml"])}
        )
    return Reply(200, body, {"Content-Encoding": rng.choice(["gzip", "br", "deflate", "zstd"])})
