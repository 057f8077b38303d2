"""The audit log's only pen. Whoever changes something calls ``record`` in the transaction of the change.

Where a route forgets, ``cover`` writes a plain row with the route's name: nothing that changes goes unrecorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy import func, insert, literal, select

from mailwarden.accounts.audit_models import AuditEntry
from mailwarden.accounts.everywhere import organizations_of
from mailwarden.accounts.models import User
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.logging import redact
from mailwarden.core.origin import Origin, current

SYSTEM = "system"
# Operations whose doing is no change to the organization, each with the reason. Everything else leaves a row.
UNRECORDED = {
    "mark_alert_read": "a note that somebody looked",
    "mark_all_alerts_read": "a note that somebody looked",
    "switch_organization": "concerns one browser only",
    "resend_verification": "a mail to oneself, kept with the letters of the account",
    "start_connect": "begins an authorization; the connection that it makes is recorded",
    "link_identity": "begins a visit to the provider; the account that is joined by it is recorded",
    "start_reconnect": "begins an authorization; the renewal is recorded",
    "try_deliverability_change": "computes what would be, and stores nothing",
    "reserve_mailbox": "holds a place for fifteen minutes",
    "create_message": "a draft, which nobody gets; sending it is recorded",
    "update_message": "a draft, which nobody gets; sending it is recorded",
    "add_message_file": "of a draft, which nobody gets; sending it is recorded",
    "remove_message_file": "of a draft, which nobody gets; sending it is recorded",
    "upload_outreach_import": "a file to be looked at; what is taken of it is recorded",
    "check_outreach_import": "a trial, which adds nobody",
}
# What the plain row of an operation says; the others are called by the name of the operation.
NAMED = {
    "accept_invitation": "member.joined",
    "cancel_email_change": "account.address_change_cancelled",
    "change_email": "account.address_change_asked",
    "change_password": "account.password_changed",
    "confirm_second_factor": "account.second_factor_enabled",
    "disable_second_factor": "account.second_factor_disabled",
    "renew_recovery_codes": "account.recovery_codes_renewed",
    "set_up_second_factor": "account.second_factor_begun",
    "end_other_sessions": "session.others_ended",
    "end_session": "session.ended",
    "sign_out": "session.ended",
    "create_support_bundle": "support_bundle.created",
    "delete_support_bundle": "support_bundle.deleted",
    "start_sync": "sync.started",
    "unlink_identity": "account.identity_unlinked",
}


@dataclass(frozen=True)
class Target:
    """What was changed: its kind (`member`, `connection`, …), id and name at that moment."""

    kind: str
    id: UUID | None = None
    label: str | None = None


async def record(
    tx: UnitOfWork,
    action: str,
    target: Target | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    user_id: UUID | None = None,
) -> None:
    """``action`` is `thing.past_participle`. ``before`` and ``after`` hold what changed, as JSON and without secrets;
    fields that are secret by name are blanked. ``user_id`` where nobody is signed in yet, or outside of requests."""
    if tx.org_id is None:
        raise ValueError("the audit log belongs to an organization; call act_for first")
    origin = current()
    actor = user_id or (origin.user_id if origin else None)
    values = {
        "id": new_id(),
        "org_id": tx.org_id,
        "action": action,
        "target_kind": target.kind if target else None,
        "target_id": target.id if target else None,
        "target_label": target.label if target else None,
        "before": _clean(before),
        "after": _clean(after),
        **_who(origin, actor),
    }
    await tx.session.execute(insert(AuditEntry).values(values))
    tx.recorded += 1


async def record_everywhere(tx: UnitOfWork, action: str, user_id: UUID) -> None:
    """What concerns a person, in every organization of theirs. ``tx`` must act as them."""
    async for _ in organizations_of(tx, user_id):
        user = await tx.session.get_one(User, user_id)
        await record(tx, action, Target("member", user_id, f"{user.name} <{user.email}>"), user_id=user_id)


def _who(origin: Origin | None, actor: UUID | None) -> dict[str, Any]:
    known = select(User.name + " <" + User.email + ">").where(User.id == actor).scalar_subquery()
    kind = (origin.kind if origin else None) or ("session" if actor else SYSTEM)
    return {
        "actor_kind": kind,
        "actor_id": actor,
        "actor_label": func.coalesce(known, literal(None)) if actor else None,
        "key_id": origin.key_id if origin else None,
        "ip": origin.address() if origin else None,
        "request_id": origin.request_id if origin else None,
    }


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is not the same, as it was and as it is."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {one: before.get(one) for one in changed}, {one: after[one] for one in changed}


def _clean(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(redact(None, "", dict(values))) if values is not None else None


def cover(tx: UnitOfWork, request: Request) -> None:
    """Before the commit of a writing request: if nothing was recorded by then, the route's name and path are."""
    name = request.scope["route"].name
    if name in UNRECORDED:
        return

    async def record_plainly() -> None:
        if not tx.recorded and tx.org_id is not None:
            await record(tx, NAMED.get(name, name), _target(request))

    tx.before_commit.append(record_plainly)


def _target(request: Request) -> Target | None:
    """The object that the path names last."""
    given = list(request.path_params.items())
    if not given:
        return None
    name, value = given[-1]
    _, _, tail = str(value).rpartition("_")
    try:
        return Target(name.removesuffix("_id"), UUID(hex=tail), None)
    except ValueError:
        return Target(name.removesuffix("_id"), None, str(value)[:200])
