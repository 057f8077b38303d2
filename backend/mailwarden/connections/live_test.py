"""Test connection: a live check on demand, told step by step, on the path that real work takes (B39-B41)."""

from uuid import UUID

from mailwarden.billing.gate import require_work
from mailwarden.connections.checks import Asker, ask_identity, ask_introspection, ask_permissions
from mailwarden.connections.credentials import read_held
from mailwarden.connections.mail_servers import signs_in_by_password
from mailwarden.connections.mail_texts import mailbox_checks
from mailwarden.connections.models import Connection
from mailwarden.connections.open import open_provider
from mailwarden.connections.present import connection_out, provider_label
from mailwarden.connections.probe import REVIVABLE, banned_until
from mailwarden.connections.queries import get_connection, open_episode
from mailwarden.connections.refresh import Result, refresh_once
from mailwarden.connections.rules import Actor, Status
from mailwarden.connections.schemas import CheckOut, TestOut
from mailwarden.connections.tokens import StoredTokens
from mailwarden.connections.unreadable import Unreadable
from mailwarden.core.db import reader
from mailwarden.core.errors import Conflict
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import ProviderError, ScopesMissing


async def test_now(rt: Runtime, org_id: UUID, connection_id: UUID) -> TestOut:
    """Raises NotFound, Conflict, SubscriptionInactive."""
    row = await _load(rt, org_id, connection_id)
    if row.status in (Status.DISCONNECTED, Status.CONNECTING):
        raise Conflict("This account is not connected. Connect it again first.", code="connection_disconnected")
    if banned_until(rt, row):
        label = provider_label(row.provider)
        raise Conflict(f"{label} asked us to wait. Test again in a moment.", code="rate_limited")
    checks = await _checks(Asker(rt, row, Actor.USER))
    async with reader(rt.sessions, org_id) as tx:
        now = await get_connection(tx, org_id, connection_id)
        shown = connection_out(now, await open_episode(tx, org_id, connection_id))
    return TestOut(ok=all(c.ok for c in checks), checked_at=rt.clock.now(), checks=checks, connection=shown)


async def _load(rt: Runtime, org_id: UUID, connection_id: UUID) -> Connection:
    async with reader(rt.sessions, org_id) as tx:
        row = await get_connection(tx, org_id, connection_id)
        await require_work(rt, tx, org_id)
        return row


async def _checks(asker: Asker) -> list[CheckOut]:
    """Later steps are left out once one failed: they would only repeat its failure."""
    if signs_in_by_password(asker.row.provider):
        return await mailbox_checks(asker)
    token = await _token(asker)
    if not token.ok:
        return [token]
    provider, api = open_provider(asker.rt, asker.row)
    identity = await ask_identity(asker, provider, api)
    checks = [token, _told("identity", identity, f"It is {asker.row.account_label}.")]
    if identity is not None:
        return checks
    permission = await ask_permissions(asker, provider, api)
    checks.append(_told("permissions", permission, "Everything that is needed may be read."))
    said = await ask_introspection(asker)
    if said.known:
        checks.append(_told("refresh_token", said.error, "The authorization can be renewed."))
    return checks


async def _token(asker: Asker) -> CheckOut:
    """In doubt the authorization must prove that it can be renewed; a healthy one only that it has a token."""
    rt, row = asker.rt, asker.row
    try:
        if row.status in (Status.INACTIVE, Status.VERIFYING):
            held = await read_held(rt, row.org_id, row.id)
            tried = await refresh_once(
                rt, row.org_id, row.id, row.provider, only_version=held.version, statuses=REVIVABLE
            )
            if tried.result is not Result.REFRESHED:
                return _told("token", tried.error, "") if tried.error else _waiting()
        await StoredTokens(rt, row.org_id, row.id, row.provider, statuses=REVIVABLE).access_token()
    except ProviderError as exc:
        return _told("token", exc, "")
    return CheckOut(name="token", ok=True, detail="A valid access token is there.")


def _waiting() -> CheckOut:
    detail = "The authorization was refused a moment ago; the next try is planned. Test again in a minute."
    return CheckOut(name="token", ok=False, detail=detail)


def _told(name: str, error: ProviderError | None, good: str) -> CheckOut:
    if error is None:
        return CheckOut.model_validate({"name": name, "ok": True, "detail": good})
    said = error.evidence
    if isinstance(error, Unreadable):
        return CheckOut.model_validate({"name": name, "ok": False, "detail": said.message})
    detail = " ".join(part for part in (str(said.status or "No answer:"), said.provider_code, said.message) if part)
    if isinstance(error, ScopesMissing):
        detail = f"Missing permission: {', '.join(error.scopes)}. {detail}"
    return CheckOut.model_validate({"name": name, "ok": False, "detail": detail})
