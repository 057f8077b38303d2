"""Access tokens for further services of one grant: at Microsoft, Outlook's IMAP and SMTP beside Graph.

They are redeemed with the connection's one refresh token, under the same lease, and the token that takes its place is
stored by the same compare-and-swap: two services can never lose each other's rotation.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mailwarden.connections.audience_models import AudienceToken
from mailwarden.connections.audience_store import find_token, note_refused
from mailwarden.connections.credentials import ALIVE, read_held
from mailwarden.connections.our_app import spec_of
from mailwarden.connections.refresh import MARGIN, Refreshed, Result, own_evidence, refresh_once
from mailwarden.connections.tokens import POLL_S, WAIT_S
from mailwarden.connections.unreadable import opened_if_readable
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, Evidence, ProviderError, ScopesMissing, Signal, Unavailable

ASK_AGAIN = timedelta(hours=1)  # after the provider said that the grant does not cover this service


@dataclass(frozen=True, slots=True)
class AudienceTokens:
    """As ``StoredTokens``, for one further service. Raises ScopesMissing where the grant lives but does not cover it.

    ``audience`` is a name of the catalogue.
    """

    rt: Runtime
    org_id: UUID
    connection_id: UUID
    provider: str
    audience: str
    statuses: tuple[str, ...] = ALIVE

    async def access_token(self) -> str:
        return await self._token(None)

    async def refresh(self, rejected: str, claims: str | None = None) -> str:  # noqa: ARG002 - Tokens' signature
        """After the service refused this token: another one."""
        return await self._token(rejected)

    async def _token(self, rejected: str | None) -> str:
        deadline = time.monotonic() + WAIT_S
        while True:
            row = await self._row()
            if (token := self._usable(row, rejected)) is not None:
                return token
            held = await read_held(self.rt, self.org_id, self.connection_id)
            tried = await self._refresh(held.version, self.audience)
            if tried.error is not None:
                raise await self._explained(tried.error)
            if tried.result is Result.NOT_CLAIMED:
                if time.monotonic() > deadline or held.refusals:
                    raise Unavailable(own_evidence("no fresh token yet"), sent=False)
                await asyncio.sleep(POLL_S)  # somebody else spends the refresh token just now

    async def _row(self) -> AudienceToken | None:
        async with reader(self.rt.sessions, self.org_id) as tx:
            return await find_token(tx, self.org_id, self.connection_id, self.audience)

    def _usable(self, row: AudienceToken | None, rejected: str | None) -> str | None:
        now = self.rt.clock.now()
        if row is None:
            return None
        if row.refused_at is not None and now - row.refused_at < ASK_AGAIN:
            raise self._not_covered(own_evidence("not covered by the grant", Signal.SCOPES_MISSING))
        if row.expires_at is None or row.expires_at - now <= MARGIN:
            return None
        token = opened_if_readable(self.rt, row, "access_token")  # a damaged one is a refresh away
        return token if token != rejected else None

    async def _refresh(self, version: int, audience: str | None) -> Refreshed:
        return await refresh_once(
            self.rt,
            self.org_id,
            self.connection_id,
            self.provider,
            only_version=version,
            statuses=self.statuses,
            audience=audience,
        )

    async def _explained(self, error: ProviderError) -> ProviderError:
        """It may mean the whole grant or this service alone; the API's own refresh tells which, and reports it."""
        if not isinstance(error, AccessRevoked):
            return error
        held = await read_held(self.rt, self.org_id, self.connection_id)
        tried = await self._refresh(held.version, None)
        if tried.error is not None:
            return tried.error
        if tried.result is not Result.REFRESHED:
            return Unavailable(own_evidence("the grant is being checked"), sent=False)
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            await note_refused(tx, self.org_id, self.connection_id, self.audience, self.rt.clock.now())
        return self._not_covered(error.evidence)

    def _not_covered(self, evidence: Evidence) -> ScopesMissing:
        return ScopesMissing(evidence, spec_of(self.provider).auth.audience(self.audience).scopes)
