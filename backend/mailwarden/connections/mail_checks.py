"""Asking a mailbox whether it lives: one login each on IMAP and SMTP, and after a refusal only by the schedule.

While a server is in trouble it is asked every half minute, and it alone. No password is shown before it has greeted, so
a server that is down is only knocked at. Who was refused before is asked more seldom, in trouble, too: servers lock out
who is refused too often.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import update

from mailwarden.connections.checks import Asker
from mailwarden.connections.health import ASK_DEGRADED_S, report_failure, report_rights, report_success
from mailwarden.connections.mail_models import MailServers
from mailwarden.connections.mail_servers import HeldMailbox, reach_of, read_mailbox
from mailwarden.connections.models import Credential
from mailwarden.connections.our_app import confirmation, spec_of
from mailwarden.connections.queries import find_connection, get_credential
from mailwarden.connections.rules import GENERIC, Proof
from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, ProviderError, RateLimited, Signal, Unavailable
from mailwarden.providers.imap.mailbox import OTHER, Tested, prove_life
from mailwarden.providers.imap.mailbox import test_mailbox as test_servers
from mailwarden.providers.imap.problems import SenderRefused, Step
from mailwarden.providers.imap.servers import Protocol

ASK_POLICY_AGAIN_S = 30.0  # a policy that is named counts no failed logins, so it may be asked about sooner
AGAIN = timedelta(seconds=ASK_DEGRADED_S)
AGAIN_AFTER_REFUSALS = timedelta(minutes=5)
LEAST = timedelta(seconds=5)  # between two of them, where the servers let us wait for long
BEFORE_LOGIN = frozenset({Step.RESOLVE, Step.CONNECT, Step.TLS, Step.GREETING})


@dataclass(frozen=True, slots=True)
class Asked:
    """``signed_in``: a password was shown to some server."""

    began: datetime
    error: ProviderError | None
    signed_in: bool


async def ask_login(asker: Asker) -> ProviderError | None:
    """The probe of a mailbox: the failure, or None, reported either way."""
    held = await read_mailbox(asker.rt, asker.row)
    if held is None:
        return None
    began = asker.rt.clock.now()
    error = await _failure(prove_life(held.account, reach_of(asker.rt), held.first))
    await report_login(asker, held, Asked(began, error, _signed_in(error, held.first)))
    return error


async def report_reading(asker: Asker, held: HeldMailbox, began: datetime, error: ProviderError) -> None:
    """For who read the mailbox and failed: its login counts as the probe's do, and takes nobody's turn."""
    await report_login(asker, replace(held, first="imap"), Asked(began, error, _signed_in(error, "imap")))


async def _failure(asking: Awaitable[None]) -> ProviderError | None:
    try:
        await asking
    except ProviderError as exc:
        return exc
    return None


def _signed_in(error: ProviderError | None, first: Protocol) -> bool:
    """Whether a password left us. Whatever fails at the second server was signed in at the first."""
    early = {f"/{step}" for step in BEFORE_LOGIN}
    return error is None or _protocol_of(error) != first or error.evidence.path not in early


def _protocol_of(error: ProviderError | None) -> Protocol | None:
    method = error.evidence.method.lower() if error is not None else None
    return next((one for one in OTHER if one == method), None)


async def ask_login_when_due(asker: Asker) -> set[Signal]:
    """For the check of a suspicion: the kinds that were refused just now."""
    if await login_refused_until(asker) is not None:
        return set()
    return {Signal.API_REFUSED} if isinstance(await ask_login(asker), AccessRevoked) else set()


async def test_login(asker: Asker) -> tuple[Tested, ...]:
    """As the probe, told step by step."""
    held = await read_mailbox(asker.rt, asker.row)
    if held is None:
        return ()
    began = asker.rt.clock.now()
    tested = await test_servers(held.account, reach_of(asker.rt))
    signed_in = any(one.passed and one.failed not in BEFORE_LOGIN for one in tested)
    error = next((one.error for one in tested if one.error), None)
    await report_login(asker, held, Asked(began, error, signed_in))
    return tested


async def login_refused_until(asker: Asker) -> datetime | None:
    """After a refusal, or in trouble: before when nobody logs in, whoever asks for it."""
    async with reader(asker.rt.sessions, asker.row.org_id) as tx:
        credential = await get_credential(tx, asker.row.org_id, asker.row.id)
    at = credential.next_try_at
    return at if at is not None and at > asker.rt.clock.now() else None


async def report_login(asker: Asker, held: HeldMailbox, asked: Asked) -> None:
    """Counts refusals and reports, in one transaction. Nothing if another password was stored meanwhile."""
    rt, row, error = asker.rt, asker.row, asked.error
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await asker.guard(tx)
        credential = await _locked(tx, asker)
        if credential.version != held.version:
            return
        if isinstance(error, AccessRevoked):
            _count(rt, row.provider, credential, error)
        elif _took_password(error):
            credential.refusals, credential.first_refused_at, credential.next_try_at = 0, None, None
        if _took_password(error):
            await report_success(rt, tx, row.id, asker.actor, Proof.API)
            await report_rights(tx, row.id, _refused_rights(row.provider, error))
        elif error is not None:
            await report_failure(rt, tx, row.id, error, asker.actor)
            if isinstance(error, Unavailable):
                await _come_back(tx, asker, credential, asked)
        await _note_failing(tx, asker, held, error)


def _took_password(error: ProviderError | None) -> bool:
    """Both servers. That one of them then refuses the sender is no trouble of it, and no doubt about the password."""
    return error is None or isinstance(error, SenderRefused)


def _refused_rights(provider: str, error: ProviderError | None) -> frozenset[str]:
    return frozenset(one.name for one in spec_of(provider).rights) if error is not None else frozenset()


async def _come_back(tx: UnitOfWork, asker: Asker, credential: Credential, asked: Asked) -> None:
    """A first failure is looked into at once; from the second on steadily, counted from when it was asked."""
    row = await find_connection(tx, asker.row.org_id, asker.row.id)
    if row is None or row.degraded_reason is None:
        return
    careful = asked.signed_in and credential.refusals > 0
    at = asked.began + (AGAIN_AFTER_REFUSALS if careful else AGAIN)
    at = max(at, asker.rt.clock.now() + LEAST)
    if asked.signed_in:
        credential.next_try_at = at
    await enqueue(tx, PROBE, row.id, due_at=at, replace=True)


async def _note_failing(tx: UnitOfWork, asker: Asker, held: HeldMailbox, error: ProviderError | None) -> None:
    """Which server is in trouble. The other one then has a turn as often as a healthy mailbox is asked."""
    trouble = isinstance(error, Unavailable | RateLimited)
    failing = _protocol_of(error) if trouble else None
    if failing == held.failing and failing in (None, held.first):
        return
    turn = asker.rt.clock.now() + timedelta(seconds=asker.rt.config.timing.probe_every_s) if failing else None
    mine = update(MailServers).where(MailServers.org_id == asker.row.org_id, MailServers.connection_id == asker.row.id)
    await tx.session.execute(mine.values(failing=failing, other_due_at=turn))


async def _locked(tx: UnitOfWork, asker: Asker) -> Credential:
    return await get_credential(tx, asker.row.org_id, asker.row.id, lock=True)


def _count(rt: Runtime, provider: str, credential: Credential, error: AccessRevoked) -> None:
    now, policy = rt.clock.now(), confirmation(rt, provider)
    credential.refusals += 1
    credential.first_refused_at = credential.first_refused_at or now
    at = credential.first_refused_at + timedelta(seconds=policy.next_try_s(credential.refusals))
    if error.cause not in GENERIC:
        at = min(at, now + timedelta(seconds=ASK_POLICY_AGAIN_S * policy.scale))
    credential.next_try_at = at
