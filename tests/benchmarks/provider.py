"""A minimal provider on loopback for measurements: answers at once, rotates refresh tokens, and counts.

A token names its account and generation (``r-17-3``), so nothing must be registered. The first part of a path names
the worker that asks: what was in flight when one is killed can be counted. Control: ``/_/set``, ``/_/told``.
"""

import argparse
import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

SCOPES = {
    "hubspot": "oauth content",
    "klaviyo": "accounts:read campaigns:read metrics:read events:read",
    "keap": "full",
}
REFUSED = 400, {"error": "invalid_grant", "error_description": "refresh token is invalid"}
OURS = 200, {"access_token": "a-0-0", "expires_in": 1800}


@dataclass
class Manner:
    """How the token endpoint behaves; ``/_/set`` changes it."""

    rotation: str = "fixed"  # fixed | overlap | strict
    invalid_rate: float = 0.0  # invalid_grant for no reason, and nothing rotates
    slow_rate: float = 0.0
    slow_ms: float = 0.0
    token_ms: float = 0.0
    life_s: int = 1800
    campaigns: int = 0  # of an account
    large: int = 0  # of an account from number ``large_from`` on
    large_from: int = 10**9


@dataclass
class Provider:
    rng: random.Random
    manner: Manner = field(default_factory=Manner)
    newest: Counter[str] = field(default_factory=Counter)
    valid: dict[str, set[int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    running: Counter[str] = field(default_factory=Counter)
    given: dict[str, tuple[str, int]] = field(default_factory=dict)  # by account: its last token, and to which worker

    async def token(self, worker: str, provider: str, body: bytes) -> tuple[int, Any]:
        form = parse_qs(body.decode())
        if "refresh_token" not in form:  # our app's own token
            return OURS
        self.running[worker] += 1
        self.counts["token"] += 1
        try:
            slow = self.rng.random() < self.manner.slow_rate
            await asyncio.sleep((self.manner.slow_ms if slow else self.manner.token_ms) / 2000)
            status, answer = self._grant(provider, form, worker)
            self.counts["granted" if status == 200 else "refused"] += 1
            await asyncio.sleep((self.manner.slow_ms if slow else self.manner.token_ms) / 2000)
            return status, answer
        finally:
            self.running[worker] -= 1

    def _grant(self, provider: str, form: dict[str, list[str]], worker: str) -> tuple[int, Any]:
        _, account, generation = form["refresh_token"][0].split("-")
        if self.rng.random() < self.manner.invalid_rate:
            self.counts["random"] += 1
            return REFUSED
        presented, rotation = int(generation), self.manner.rotation
        if presented not in self.valid.setdefault(account, {0}):
            self.counts["stale"] += 1
            return REFUSED
        self.newest[account] += 1
        following = presented if rotation == "fixed" else self.newest[account]
        self.given[account] = worker, following
        self.valid[account] = {following} if rotation == "strict" else {presented, following}
        return 200, {
            "access_token": f"a-{account}-{self.newest[account]}",
            "refresh_token": f"r-{account}-{following}",
            "expires_in": self.manner.life_s,
            "scope": SCOPES[provider],
        }

    def emails(self, account: str, asked: dict[str, list[str]]) -> Any:
        """Everything was sent a day ago, nothing is archived and nothing changed since."""
        manner = self.manner
        total = manner.large if int(account) >= manner.large_from else manner.campaigns
        if asked["archived"] == ["true"] or "updatedAfter" in asked:
            total = 0
        start, size = int(asked.get("after", ["0"])[0]), int(asked["limit"][0])
        page = [email(number) for number in range(start, min(total, start + size))]
        following = {"paging": {"next": {"after": str(start + size)}}} if start + size < total else {}
        return {"total": total, "results": page, **following}

    def in_flight(self, worker: str) -> dict[str, Any]:
        """How many answers it waits for, and the last generation of each account whose last one was given to it."""
        given = {account: last for account, (taker, last) in self.given.items() if taker == worker}
        return {"running": self.running[worker], "given": given}

    def told(self) -> dict[str, Any]:
        valid = {account: sorted(held) for account, held in self.valid.items()}
        return {"counts": dict(self.counts), "valid": valid}


def email(number: int) -> dict[str, Any]:
    sent = (datetime.now(UTC) - timedelta(days=1)).replace(microsecond=0).isoformat()
    counters = {"sent": 100, "delivered": 98, "open": 40, "click": 7, "bounce": 2}
    named = {"id": str(number), "name": f"Campaign {number}", "subject": "Hello", "state": "PUBLISHED"}
    times = {"publishDate": sent, "createdAt": sent, "updatedAt": sent}
    return named | times | {"isPublished": True, "archived": False, "stats": {"counters": counters}}


async def answer(provider: Provider, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    _, worker, name, *rest = path.partition("?")[0].split("/")
    if worker == "_":
        return control(provider, name, rest, body)
    place = "/".join(rest)
    if "journal" in place:
        return 204, None
    if place.endswith("introspect"):
        return 200, {"active": True, "scopes": SCOPES[name].split()}
    if place.endswith("token"):
        return await provider.token(worker, name, body)
    provider.counts["api"] += 1
    account = headers.get("authorization", "- -").split("-")[1]
    if "marketing/emails" in place:
        return 200, provider.emails(account, parse_qs(path.partition("?")[2]))
    return 200, READS.get(place.split("/")[-1], empty)(account)


def empty(_: str) -> Any:
    return {"results": [], "total": 0, "data": [], "included": [], "emails": []}


READS: dict[str, Callable[[str], Any]] = {
    "details": lambda account: {"portalId": int(account), "timeZone": "UTC", "uiDomain": "app.example"},
    "userinfo": lambda account: {"tenant_id": account, "email": "someone@example.com"},
    "accounts": lambda account: {"data": [{"id": account, "attributes": {"timezone": "UTC"}}]},
}


def control(provider: Provider, what: str, rest: list[str], body: bytes) -> tuple[int, Any]:
    if what == "set":
        provider.manner = Manner(**(asdict(provider.manner) | json.loads(body)))
    if what == "forget":
        provider.valid.clear()
        provider.newest.clear()
        provider.given.clear()
        provider.counts.clear()
    if what == "flight":
        return 200, provider.in_flight(rest[0])
    return 200, provider.told()


async def serve(provider: Provider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            status, said = await answer(provider, unquote(head[0].split()[1]), headers, body)
            raw = json.dumps(said).encode() if said is not None else b""
            head_out = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n\r\n"
            writer.write(head_out.encode() + raw)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


async def run(port_file: Path, seed: int) -> None:
    provider = Provider(random.Random(seed))
    server = await asyncio.start_server(lambda r, w: serve(provider, r, w), "127.0.0.1", 0, backlog=512)
    port_file.write_text(str(server.sockets[0].getsockname()[1]))  # noqa: ASYNC240 - once, before the first request
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port_file", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    asyncio.run(run(options.port_file, options.seed))
