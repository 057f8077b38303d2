"""Asking a provider about one connection, by the ways that probe, check and test share. No transaction is open."""

from dataclasses import dataclass, replace
from datetime import timedelta

from mailwarden.connections.consent import BearerOnce
from mailwarden.connections.health import report_any_failure, report_failure, report_scopes, report_success
from mailwarden.connections.models import Connection
from mailwarden.connections.our_app import our_app
from mailwarden.connections.queries import get_credential
from mailwarden.connections.refresh import refresh_once
from mailwarden.connections.rules import Actor, Proof
from mailwarden.connections.unreadable import Unreadable, opened, opening
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Lease
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, Api, Introspection, ProviderError, ScopesMissing, Signal, Window
from mailwarden.providers.capabilities import ListsCampaigns, ProvesWork, Provider
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.oauth import OAuth
from mailwarden.providers.registry import PROVIDERS


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf the answers are reported; with a lease, only while it is held."""

    rt: Runtime
    row: Connection
    actor: Actor
    lease: Lease | None = None

    async def good(self, proof: Proof) -> None:
        async with unit_of_work(self.rt.sessions, self.row.org_id) as tx:
            await self.guard(tx)
            await report_success(self.rt, tx, self.row.id, self.actor, proof)

    async def bad(self, error: ProviderError) -> None:
        async with unit_of_work(self.rt.sessions, self.row.org_id) as tx:
            await self.guard(tx)
            if error.evidence.operation == "introspect":
                await report_any_failure(self.rt, tx, self.row.id, error, self.actor)
            else:
                await report_failure(self.rt, tx, self.row.id, error, self.actor)

    async def introspected(self, said: Introspection) -> bool:
        """The grant lives. True if it holds every required scope."""
        async with unit_of_work(self.rt.sessions, self.row.org_id) as tx:
            await self.guard(tx)
            await report_success(self.rt, tx, self.row.id, self.actor, Proof.INTROSPECTION)
            if said.scopes is None:
                return True
            return await report_scopes(self.rt, tx, self.row.id, said.scopes, said.evidence, self.actor)

    async def guard(self, tx: UnitOfWork) -> None:
        if self.lease is not None:
            await self.lease.guard(tx)


async def ask_identity(asker: Asker, provider: Provider, api: Api) -> ProviderError | None:
    """The probe's call: the failure, or None, reported either way."""
    try:
        await provider.identify(api)
    except ProviderError as exc:
        await asker.bad(exc)
        return exc
    await asker.good(Proof.API)
    return None


async def ask_permissions(asker: Asker, provider: Provider, api: Api) -> ProviderError | None:
    """The real work's first call on an empty window: needs the same permissions and brings next to nothing."""
    if isinstance(provider, ProvesWork):
        return await _ask_for_work(asker, provider, api)
    if not isinstance(provider, ListsCampaigns):
        return None
    now = asker.rt.clock.now()
    window = Window(sent_from=now - timedelta(minutes=1), until=now)
    try:
        await provider.page(api, window, provider.segments(window)[0], None)
    except ProviderError as exc:
        await asker.bad(exc)
        return exc
    await asker.good(Proof.PERMISSIONS)
    return None


async def _ask_for_work(asker: Asker, provider: ProvesWork, api: Api) -> ProviderError | None:
    """It does not need every required scope, so it proves life and no more."""
    rt, row = asker.rt, asker.row
    try:
        asked = await provider.prove(api, frozenset(row.missing_scopes or []))
    except ProviderError as exc:
        await asker.bad(exc)
        if isinstance(exc, ScopesMissing):  # a token answer names all that is left
            await refresh_once(rt, row.org_id, row.id, row.provider)
        return exc
    if asked:
        await asker.good(Proof.API)
    return None


@dataclass(frozen=True, slots=True)
class Introspected:
    """``error`` is also set where the answer itself is the refusal."""

    known: bool
    error: ProviderError | None = None
    scopes_complete: bool = True


async def ask_introspection(asker: Asker) -> Introspected:
    """Whether the refresh token lives, where the provider can be asked. A failure to ask is not reported."""
    rt, row = asker.rt, asker.row
    try:
        version, token = await _refresh_token(rt, row)
    except Unreadable as exc:
        return Introspected(known=False, error=exc)
    if token is None:
        return Introspected(known=False)
    try:
        said = await OAuth(our_app(rt, row.provider)).introspect(token)
    except ProviderError as exc:
        return Introspected(known=False, error=exc)
    if said is None:
        return Introspected(known=False)
    if said.active:
        return Introspected(known=True, scopes_complete=await asker.introspected(said))
    if (await _refresh_token(rt, row))[0] != version:  # rotated while we asked: that was the old one
        return Introspected(known=False)
    dead = AccessRevoked(replace(said.evidence, signal=Signal.INTROSPECTION_INACTIVE))
    await asker.bad(dead)
    return Introspected(known=True, error=dead)


async def _refresh_token(rt: Runtime, row: Connection) -> tuple[int, str | None]:
    async with opening(rt, row.org_id, row.id):
        async with reader(rt.sessions, row.org_id) as tx:
            held = await get_credential(tx, row.org_id, row.id)
        return held.version, opened(rt, held, "refresh_token")


def with_token(rt: Runtime, row: Connection, token: str) -> tuple[Provider, ProviderApi]:
    """For calls that must not refresh: the suspicion is about this very token."""
    api = ProviderApi(our_app(rt, row.provider), BearerOnce(token), account=row.external_id)
    return PROVIDERS[row.provider], api
