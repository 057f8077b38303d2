"""Asking a mailbox whether it lives: one login each on IMAP and SMTP, and after a refusal only by the schedule."""

from datetime import datetime, timedelta

from mailwarden.connections.checks import Asker
from mailwarden.connections.health import report_failure, report_success
from mailwarden.connections.mail_servers import HeldMailbox, reach_of, read_mailbox
from mailwarden.connections.models import Credential
from mailwarden.connections.our_app import confirmation
from mailwarden.connections.queries import get_credential
from mailwarden.connections.rules import GENERIC, Proof
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, ProviderError, Signal
from mailwarden.providers.imap.mailbox import Tested, prove_life
from mailwarden.providers.imap.mailbox import test_mailbox as test_servers

ASK_POLICY_AGAIN_S = 30.0  # a policy that is named counts no failed logins, so it may be asked about sooner


async def ask_login(asker: Asker) -> ProviderError | None:
    """The probe of a mailbox: the failure, or None, reported either way."""
    held = await read_mailbox(asker.rt, asker.row)
    if held is None:
        return None
    error: ProviderError | None = None
    try:
        await prove_life(held.account, reach_of(asker.rt))
    except ProviderError as exc:
        error = exc
    await report_login(asker, held, error)
    return error


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
    await report_login(asker, held, next((one.error for one in tested if one.error), None))
    return tested


async def login_refused_until(asker: Asker) -> datetime | None:
    """After a refusal: before when nobody logs in, whoever asks for it."""
    async with reader(asker.rt.sessions, asker.row.org_id) as tx:
        credential = await get_credential(tx, asker.row.org_id, asker.row.id)
    at = credential.next_try_at
    return at if at is not None and at > asker.rt.clock.now() else None


async def report_login(asker: Asker, held: HeldMailbox, error: ProviderError | None) -> None:
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
