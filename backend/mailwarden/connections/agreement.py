"""Does everything that speaks of a connection say the same (B31, M23)? Words are held against deeds.

Reads only, calls nobody. Each answer names what contradicts what; none means that status and behaviour agree.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from mailwarden.billing.gate import SELF_HOSTED
from mailwarden.connections.models import CallOutcome, Connection, Credential
from mailwarden.connections.present import card_of, label_of
from mailwarden.connections.queries import open_episode
from mailwarden.connections.rules import Purpose, Status
from mailwarden.connections.transitions import PROBE, REFRESH, VERIFY
from mailwarden.connections.usability import Usability, is_supported, may_use
from mailwarden.connections.wording import LABELS, PERMISSION_MISSING
from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import due_at
from mailwarden.providers.catalog import load

REFUSED_FOR = timedelta(minutes=12)  # the longest time to a verdict, that of passwords
# What everybody who asks for real work must hear. A test may be made while in doubt or dead.
REFUSALS = {
    Status.CONNECTING: "connection_connecting",
    Status.VERIFYING: "connection_verifying",
    Status.INACTIVE: "connection_inactive",
    Status.DISCONNECTED: "connection_disconnected",
}
PASSING = {"ok", "rate_limited", "permission_missing"}


async def check_agreement(tx: UnitOfWork, row: Connection, now: datetime) -> list[str]:
    return [
        *_of_words(row, now),
        *await _of_episode(tx, row),
        *await _of_secrets(tx, row),
        *await _of_work(tx, row),
        *await _of_deeds(tx, row, now),
    ]


def _of_words(row: Connection, now: datetime) -> list[str]:
    """The label, the card and the answers of ``may_use``, whoever pays or does not."""
    status, found = Status(row.status), []
    wanted = PERMISSION_MISSING if status is Status.CONNECTED and row.missing_scopes else LABELS[status]
    if label_of(row) != wanted:
        found.append(f"the page says {label_of(row)!r} of a connection that is {status}")
    if (card_of(row, None) is not None) != (status in (Status.VERIFYING, Status.INACTIVE)):
        found.append(f"a cause is shown or left out wrongly while the status is {status}")
    for purpose in Purpose:
        if is_supported(row.provider, purpose):
            found += _of_answer(status, purpose, may_use(row, purpose, now, SELF_HOSTED))
    return found


def _of_answer(status: Status, purpose: Purpose, answer: Usability) -> list[str]:
    refusal = REFUSALS.get(status)
    may_try = purpose is Purpose.TEST and status in (Status.VERIFYING, Status.INACTIVE)
    right = answer.code in PASSING if refusal is None or may_try else answer.code == refusal
    return [] if right else [f"work of kind {purpose} hears {answer.code!r} while the status is {status}"]


async def _of_episode(tx: UnitOfWork, row: Connection) -> list[str]:
    episode = await open_episode(tx, row.org_id, row.id)
    if (episode is not None) != (row.status == Status.INACTIVE):
        return [f"the status is {row.status}, but {'an' if episode else 'no'} outage is on record"]
    if episode is not None and episode.cause != row.cause:
        return [f"the page names {row.cause} as the cause, the record of the outage {episode.cause}"]
    return []


async def _of_secrets(tx: UnitOfWork, row: Connection) -> list[str]:
    """A credential is never deleted because of an error, and never kept after a disconnect."""
    spec = load().get(row.provider)
    if spec is None or spec.kind == "password" or row.status == Status.CONNECTING:
        return []
    asked = select(Credential).where(Credential.org_id == row.org_id, Credential.connection_id == row.id)
    held = await tx.session.scalar(asked)
    there = held is not None and held.access_token is not None
    if there == (row.status == Status.DISCONNECTED):
        return [f"the status is {row.status}, but the authorization is {'still here' if there else 'gone'}"]
    return []


async def _of_work(tx: UnitOfWork, row: Connection) -> list[str]:
    """What is planned must fit the status, or nobody would ever find out that it is wrong."""
    planned = {kind: await due_at(tx, kind, row.id) is not None for kind in (PROBE, REFRESH, VERIFY)}
    found = []
    if row.status in (Status.CONNECTED, Status.VERIFYING, Status.INACTIVE) and not planned[PROBE]:
        found.append("no probe is planned")
    if row.status == Status.VERIFYING and not planned[VERIFY]:
        found.append("it is shown as being checked, but no check is planned")
    if row.status == Status.CONNECTED and row.next_refresh_at is not None and not planned[REFRESH]:
        found.append("no renewal of its token is planned")
    if row.status in (Status.INACTIVE, Status.DISCONNECTED) and row.next_sync_at is not None:
        found.append(f"a next sync is promised although it is {row.status}")
    return found


async def _of_deeds(tx: UnitOfWork, row: Connection, now: datetime) -> list[str]:
    """Shown as connected, refused in fact."""
    if row.status != Status.CONNECTED:
        return []
    asked = select(CallOutcome).where(CallOutcome.org_id == row.org_id, CallOutcome.connection_id == row.id)
    last = await tx.session.scalar(asked)
    refused_at = last.failed_at if last is not None and last.failure == "refused" else None
    if refused_at is None or now - refused_at < REFUSED_FOR:
        return []
    return [f"it is shown as connected, but its latest call was refused at {refused_at:%H:%M} UTC"]
