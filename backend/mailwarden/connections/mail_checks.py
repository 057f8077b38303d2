"""Asking a mailbox whether it lives: one login each on IMAP and SMTP, and after a refusal only by the schedule.

While the servers are in trouble they are knocked at first, and signed in to at most every five minutes: whoever signs
in every half minute is locked out for that in the end.
"""

from collections.abc import Awaitable
from datetime import datetime, timedelta

from mailwarden.connections.checks import Asker
from mailwarden.connections.health import report_failure, report_success
from mailwarden.connections.mail_servers import HeldMailbox, reach_of, read_mailbox
from mailwarden.connections.models import Credential
from mailwarden.connections.our_app import confirmation
from mailwarden.connections.queries import find_connection, get_credential
from mailwarden.connections.rules import GENERIC, Proof
from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, ProviderError, Signal, Unavailable
from mailwarden.providers.imap.mailbox import Tested, knock, prove_life
from mailwarden.providers.imap.mailbox import test_mailbox as test_servers
from mailwarden.providers.imap.problems import Step

ASK_POLICY_AGAIN_S = 30.0  # a policy that is named counts no failed logins, so it may be asked about sooner
LOGIN_AGAIN = timedelta(minutes=5)  # while the trouble lasts
BEFORE_LOGIN = frozenset({Step.RESOLVE, Step.CONNECT, Step.TLS, Step.GREETING})


async def ask_login(asker: Asker) -> ProviderError | None:
    """The probe of a mailbox: the failure, or None, reported either way."""
    held = await read_mailbox(asker.rt, asker.row)
    if held is None:
        return None
    reach = reach_of(asker.rt)
    if asker.row.failures_in_row:
        shut = await _failure(knock(held.account, reach))
        if shut is not None:
            await report_login(asker, held, shut, signed_in=False)
            return shut
    error = await _failure(prove_life(held.account, reach))
    await report_login(asker, held, error, signed_in=_signed_in(error))
    return error


async def _failure(asking: Awaitable[None]) -> ProviderError | None:
    try:
        await asking
    except ProviderError as exc:
        return exc
    return None


def _signed_in(error: ProviderError | None) -> bool:
    """Whether a password left us. IMAP comes first, so whatever fails at SMTP was signed in there."""
    early = {f"/{step}" for step in BEFORE_LOGIN}
    return error is None or error.evidence.method != "IMAP" or error.evidence.path not in early


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
    tested = await test_servers(held.account, reach_of(asker.rt))
    signed_in = any(one.passed and one.failed not in BEFORE_LOGIN for one in tested)
    await report_login(asker, held, next((one.error for one in tested if one.error), None), signed_in=signed_in)
    return tested


async def login_refused_until(asker: Asker) -> datetime | None:
    """After a refusal, or in trouble: before when nobody logs in, whoever asks for it."""
    async with reader(asker.rt.sessions, asker.row.org_id) as tx:
        credential = await get_credential(tx, asker.row.org_id, asker.row.id)
    at = credential.next_try_at
    return at if at is not None and at > asker.rt.clock.now() else None


async def report_login(asker: Asker, held: HeldMailbox, error: ProviderError | None, *, signed_in: bool) -> None:
    """Counts refusals and reports, in one transaction. Nothing if another password was stored meanwhile."""
    rt, row = asker.rt, asker.row
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await asker.guard(tx)
        credential = await _locked(tx, asker)
        if credential.version != held.version:
            return
        if isinstance(error, AccessRevoked):
            _count(rt, row.provider, credential, error)
        elif error is None:
            credential.refusals, credential.first_refused_at, credential.next_try_at = 0, None, None
        if error is None:
            await report_success(rt, tx, row.id, asker.actor, Proof.API)
        else:
            await report_failure(rt, tx, row.id, error, asker.actor)
            if signed_in and isinstance(error, Unavailable):
                await _rest(rt, tx, asker, credential)


async def _rest(rt: Runtime, tx: UnitOfWork, asker: Asker, credential: Credential) -> None:
    """A first failure is looked into at once; from the second on the mailbox is left alone for a while."""
    row = await find_connection(tx, asker.row.org_id, asker.row.id)
    if row is None or row.degraded_reason is None:
        return
    credential.next_try_at = rt.clock.now() + LOGIN_AGAIN
    await enqueue(tx, PROBE, row.id, due_at=credential.next_try_at, replace=True)


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
