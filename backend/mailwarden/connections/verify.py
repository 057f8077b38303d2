"""From suspicion to verdict: re-read, replay, ask another way, refresh again, and only then decide."""

import logging
from datetime import datetime, timedelta

from mailwarden.connections.checks import Asker, ask_identity, ask_introspection, ask_permissions, with_token
from mailwarden.connections.credentials import Held, read_held, replay_journal
from mailwarden.connections.grant_life import forecast_of
from mailwarden.connections.health import open_suspicions
from mailwarden.connections.incidents import is_withheld, last_end, place_of
from mailwarden.connections.mail_checks import ask_login_when_due
from mailwarden.connections.mail_servers import signs_in_by_password
from mailwarden.connections.models import Connection, Credential
from mailwarden.connections.our_app import confirmation, is_offered
from mailwarden.connections.present import ANSWER_LOST_NOTE, JOURNAL_READ
from mailwarden.connections.probe import banned_until, load_row
from mailwarden.connections.queries import answer_was_lost, find_connection, get_credential
from mailwarden.connections.refresh import MARGIN, Result, refresh_once
from mailwarden.connections.rules import Actor, Doubt, Status, Suspicion, verdict
from mailwarden.connections.telling import read_told
from mailwarden.connections.transitions import mark_inactive
from mailwarden.connections.uninstalls import read_uninstalls, was_read_since
from mailwarden.connections.unreadable import Unreadable
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, Cause, ProviderError, RateLimited, ScopesMissing, Signal
from mailwarden.providers.catalog import load

log = logging.getLogger(__name__)

JUST_NOW = timedelta(seconds=5)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 20.0, 60.0
UNCONFIGURED = timedelta(minutes=10)
Asked = set[Signal]


async def verify_connection(rt: Runtime, lease: Lease) -> Again | None:
    row = await load_row(rt, lease)
    if row is None or row.status != Status.VERIFYING:
        return None
    if not is_offered(rt, row.provider):
        return Again(rt.clock.now() + UNCONFIGURED)
    if wait := banned_until(rt, row):
        return Again(wait)
    await _replay(rt)
    try:
        asked = await _ask(rt, row, lease)
    except Unreadable:  # the verdict was given where it was opened
        return None
    return await _conclude(rt, lease, row, asked)


async def _replay(rt: Runtime) -> None:
    """An answer that a killed worker left behind may be the better credential."""
    try:
        await replay_journal(rt)
    except Exception:
        log.exception("the token journal could not be replayed")


async def _ask(rt: Runtime, row: Connection, lease: Lease) -> Asked:
    asker = Asker(rt, row, Actor.PROBE, lease)
    if signs_in_by_password(row.provider):
        return await ask_login_when_due(asker)
    asked: Asked = set()
    held = await read_told(rt, row)
    if await _ask_with(asker, held, asked):
        return asked
    said = await ask_introspection(asker)
    if said.error is not None and said.known:
        asked.add(Signal.INTROSPECTION_INACTIVE)
    if not said.scopes_complete:
        asked.add(Signal.SCOPES_MISSING)
    if load()[row.provider].uninstall_journal is not None:
        await read_uninstalls(rt, row.provider, since=row.suspected_at)
    tried = await refresh_once(rt, row.org_id, row.id, row.provider, only_version=held.version)
    if isinstance(tried.error, AccessRevoked):
        asked.add(Signal.REFRESH_REFUSED)
    if tried.result is Result.REFRESHED and await _kinds(rt, row) & {Signal.API_REFUSED, Signal.SCOPES_MISSING}:
        await _ask_with(asker, await read_held(rt, row.org_id, row.id), asked)
    return asked


async def _ask_with(asker: Asker, held: Held, asked: Asked) -> bool:
    """The API with the very token that is held, if it has not expired. True: told to wait, so ask nothing more."""
    rt, row = asker.rt, asker.row
    if held.expires_at - rt.clock.now() <= MARGIN:
        return False
    provider, api = with_token(rt, row, held.access_token)
    error = await ask_identity(asker, provider, api)
    if error is None and Signal.SCOPES_MISSING in await _kinds(rt, row):
        error = await ask_permissions(asker, provider, api)
    _note(error, asked)
    return isinstance(error, RateLimited) and error.evidence.status is not None


def _note(error: ProviderError | None, asked: Asked) -> None:
    if isinstance(error, AccessRevoked):
        asked.add(Signal.API_REFUSED)
    if isinstance(error, ScopesMissing):
        asked.add(Signal.SCOPES_MISSING)


async def _kinds(rt: Runtime, row: Connection) -> set[Signal]:
    async with reader(rt.sessions, row.org_id) as tx:
        now = await find_connection(tx, row.org_id, row.id)
        return {s.kind for s in await open_suspicions(tx, now)} if now else set()


async def _conclude(rt: Runtime, lease: Lease, before: Connection, asked: Asked) -> Again | None:
    async with unit_of_work(rt.sessions, before.org_id) as tx:
        await lease.guard(tx)
        row = await find_connection(tx, before.org_id, before.id, lock=True)
        if row is None or row.status != Status.VERIFYING:
            return None
        credential = await get_credential(tx, row.org_id, row.id)
        suspicions = await open_suspicions(tx, row)
        doubt = await _doubt(rt, tx, row, credential, suspicions, asked)
        cause = verdict(doubt, confirmation(rt, row.provider), rt.clock.now())
        if cause is None or await is_withheld(rt, tx, place_of(row)):
            return Again(_next(rt, row, credential))
        if cause is Cause.UNKNOWN and doubt.answer_lost:
            row.evidence = (row.evidence or {}) | {"note": ANSWER_LOST_NOTE}
        if await was_read_since(tx, row.provider, row.suspected_at):
            row.evidence = (row.evidence or {}) | {JOURNAL_READ: True}
        await mark_inactive(rt, tx, row, cause, _actor(suspicions))
        await lease.finish(tx)
        return None


async def _doubt(
    rt: Runtime,
    tx: UnitOfWork,
    row: Connection,
    credential: Credential,
    suspicions: tuple[Suspicion, ...],
    asked: Asked,
) -> Doubt:
    since = credential.refreshed_at or credential.issued_at
    forecast = forecast_of(rt, row.provider, credential)
    recent = {s.kind for s in suspicions if s.at >= rt.clock.now() - JUST_NOW}
    over = await last_end(tx, place_of(row))  # what counts begins anew after an incident
    first = credential.first_refused_at
    return Doubt(
        open=tuple(s for s in suspicions if over is None or s.at > over),
        asked=frozenset(asked | recent),
        refusals=credential.refusals,
        first_refused_at=max(first, over) if first and over else first,
        answer_lost=await answer_was_lost(tx, row.org_id, row.id, since),
        dies_at=forecast.dies_at if forecast else None,
    )


def _actor(suspicions: tuple[Suspicion, ...]) -> Actor:
    """Who found out: the most telling source among those that agree."""
    kinds = {s.kind for s in suspicions}
    if Signal.PROVIDER_SIGNAL in kinds:
        return Actor.PROVIDER_SIGNAL
    return Actor.REFRESH if kinds == {Signal.REFRESH_REFUSED} else Actor.PROBE


def _next(rt: Runtime, row: Connection, credential: Credential) -> datetime:
    """By the schedule of refusals where there are any; else steadily, more seldom as time goes by."""
    now, scale = rt.clock.now(), rt.config.timing.verdict_scale
    waited = (now - (row.suspected_at or now)).total_seconds()
    pause = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S * scale, waited / 3))
    at = now + timedelta(seconds=pause)
    if credential.next_try_at is not None and credential.next_try_at > now:
        at = min(credential.next_try_at, now + timedelta(seconds=LONGEST_PAUSE_S)) if credential.refusals else at
    return max(at, now + timedelta(seconds=1 * scale))
