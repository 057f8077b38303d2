"""Does what is shown agree with what happens (M23)? The status as it stood is held against a live check."""

import logging
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from mailwarden.billing.gate import SubscriptionInactive, access_of
from mailwarden.connections.live_test import test_now
from mailwarden.connections.models import Connection
from mailwarden.connections.present import label_of
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.schemas import TestOut
from mailwarden.connections.usability import Usability, is_supported, may_use
from mailwarden.core.db import reader
from mailwarden.core.errors import Conflict
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)
Verdict = Literal["agrees", "corrected", "provider_trouble", "disagrees", "not_tested"]

WORK = (Purpose.SYNC, Purpose.SEND, Purpose.READ_MAILBOX)


@dataclass(frozen=True, slots=True)
class Compared:
    """``before``: what everybody was told; ``test``: what came of really trying; ``after``: what is told now."""

    row: Connection
    shown: str
    before: Usability
    test: TestOut | None
    why_untested: str | None
    after: Connection
    usable_after: bool

    @property
    def verdict(self) -> Verdict:
        if self.test is None:
            return "not_tested"
        if self.before.usable == self.test.ok or self._says_what_is_missing():
            return "agrees"
        if self.usable_after == self.test.ok:
            return "corrected"  # the check itself has put it right
        return "provider_trouble" if self.after.degraded_reason or self.after.failures_in_row else "disagrees"

    def _says_what_is_missing(self) -> bool:
        """Shown as Permission missing, and only the permission is."""
        failed = {one.name for one in self.test.checks if not one.ok} if self.test else set()
        return bool(self.row.missing_scopes) and failed == {"permissions"}


async def compare(rt: Runtime, org_id: UUID, connection_id: UUID) -> Compared:
    """Makes real calls: no transaction may be open."""
    row = await _load(rt, org_id, connection_id)
    before, test, why = await _told(rt, row), None, None
    try:
        test = await test_now(rt, org_id, connection_id)
    except (Conflict, SubscriptionInactive) as exc:  # not connected, asked to wait, not paid: nothing was tried
        why = exc.detail
    except Exception as exc:  # one account that cannot be tested must not hide the others
        log.exception("a connection could not be tested", extra={"connection_id": str(connection_id)})
        why = f"It could not be tested ({type(exc).__name__}). Make a support bundle and send it."
    after = await _load(rt, org_id, connection_id)
    return Compared(row, label_of(row), before, test, why, after, (await _told(rt, after)).usable)


async def _told(rt: Runtime, row: Connection) -> Usability:
    """What whoever wants to do the account's main work is told."""
    purpose = next((one for one in WORK if is_supported(row.provider, one)), Purpose.TEST)
    async with reader(rt.sessions, row.org_id) as tx:
        access = await access_of(rt, tx, row.org_id)
    return may_use(row, purpose, rt.clock.now(), access)


async def _load(rt: Runtime, org_id: UUID, connection_id: UUID) -> Connection:
    async with reader(rt.sessions, org_id) as tx:
        return await get_connection(tx, org_id, connection_id)
