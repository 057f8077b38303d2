"""What was seen of each connection while it was broken: our own rows, and the provider's log of calls."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.support.world import Linked, World

SEEN = """
SELECT id, status, cause, degraded_reason, degraded_since, missing_scopes, app_now() AS at
FROM connections WHERE id = ANY($1)
"""
HISTORY = (
    "SELECT at, to_status, cause, evidence, note FROM transitions WHERE connection_id = $1 AND at >= $2 ORDER BY at"
)
SMTP_REFUSALS = (530, 534, 535, 538)


@dataclass(frozen=True)
class Look:
    at: datetime
    status: str
    degraded: str | None
    degraded_since: datetime | None
    missing: str


@dataclass(frozen=True)
class ProviderCall:
    at: datetime
    path: str
    status: int | None
    fault: str | None
    grant_type: str | None

    @property
    def refused(self) -> bool:
        """A refusal, or an answer that tells of one (an introspection says it with a 200).

        Not that of a subscription whose handshake nobody answers: it says nothing about the grant. SMTP refuses a
        login by 53x; of IMAP the sandbox logs a NO as 401.
        """
        if self.path == "/smtp/AUTH":
            return self.status in SMTP_REFUSALS
        if self.path.endswith("/subscriptions"):
            return False
        return self.status in (400, 401, 403) or "introspect" in self.path


@dataclass
class Watch:
    world: World
    links: dict[UUID, Linked]
    looks: dict[UUID, list[Look]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[tuple[str, str], list[ProviderCall]] = field(default_factory=lambda: defaultdict(list))

    async def look(self) -> None:
        """After every step of the clock."""
        for row in await self.world.admin.fetch(SEEN, list(self.links)):
            seen = Look(
                row["at"], row["status"], row["degraded_reason"], row["degraded_since"], str(row["missing_scopes"])
            )
            known = self.looks[row["id"]]
            if not known or _differs(known[-1], seen):
                known.append(seen)
        for call in await asyncio.to_thread(self.world.sandbox.new_requests):
            self.calls[call["provider"], str(call["account"])].append(_call(call))

    async def history(self, link: Linked, since: datetime) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.world.admin.fetch(HISTORY, link.id, since)]

    def calls_of(self, link: Linked, since: datetime, until: datetime | None = None) -> list[ProviderCall]:
        found = self.calls[link.provider, link.account]
        return [call for call in found if since <= call.at and (until is None or call.at <= until)]

    def showed(self, link: Linked, reason: str, since: datetime) -> bool:
        return any(look.degraded == reason and look.at >= since for look in self.looks[link.id])

    def now_of(self, link: Linked) -> Look:
        return self.looks[link.id][-1]


def _differs(one: Look, other: Look) -> bool:
    return (one.status, one.degraded, one.missing) != (other.status, other.degraded, other.missing)


def _call(logged: dict[str, Any]) -> ProviderCall:
    """At its arrival: a slow one ends when the clock has moved on."""
    at = datetime.fromtimestamp(logged["arrived"], UTC)
    return ProviderCall(at, logged["path"], logged["status"], logged["fault"], logged["grant_type"])
