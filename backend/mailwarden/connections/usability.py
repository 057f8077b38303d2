"""May this connection be used now, and if not why? Page, gates, extension and public API ask nobody else (B31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailwarden.billing.gate import INACTIVE, Access
from mailwarden.connections.models import Connection
from mailwarden.connections.present import action_of, cause_title, provider_label
from mailwarden.connections.rules import Purpose, Status
from mailwarden.connections.schemas import ActionOut, UsabilityOut
from mailwarden.providers.catalog import Capability, ProviderSpec, load

NEEDS: Mapping[Purpose, Capability] = {
    Purpose.SYNC: "campaigns",
    Purpose.SEND: "sending",
    Purpose.TRACK: "sending",
    Purpose.READ_MAILBOX: "mailbox",
    Purpose.DRAFT: "mailbox",
    Purpose.CONTACTS: "contacts",
}
NOT_SUPPORTED: Mapping[Purpose, str] = {
    Purpose.SYNC: "{provider} is connected for sending; it holds no campaign figures to sync.",
    Purpose.SEND: "{provider} is connected for its figures; nothing can be sent or tracked with it.",
    Purpose.TRACK: "{provider} is connected for its figures; nothing can be sent or tracked with it.",
    Purpose.READ_MAILBOX: "{provider} is no mailbox.",
    Purpose.DRAFT: "{provider} is no mailbox.",
    Purpose.CONTACTS: "Contacts of {provider} are not read.",
}
WORKS = "The connection works."


@dataclass(frozen=True, slots=True)
class Usability:
    usable: bool
    code: str
    detail: str
    action: ActionOut | None


def may_use(row: Connection, purpose: Purpose, now: datetime, access: Access) -> Usability:
    """Pure: the row, the time and what the organization may (``access_of``) decide. That nobody pays is told first.

    An optional permission that is gone stops only the work that needs it.
    """
    if not is_supported(row.provider, purpose):
        return _no("not_supported", NOT_SUPPORTED[purpose].format(provider=provider_label(row.provider)))
    if not access.may_work:
        return _no(INACTIVE, access.why_not, ActionOut(code="open_billing", label="Open billing"))
    return _of_status(row, purpose) or _of_limits(row, purpose, now) or Usability(True, "ok", WORKS, None)


def _of_status(row: Connection, purpose: Purpose) -> Usability | None:
    label = provider_label(row.provider)
    match Status(row.status):
        case Status.DISCONNECTED:
            return _no("connection_disconnected", "This account was disconnected.", action_of(row))
        case Status.CONNECTING:
            return _no("connection_connecting", "The authorization is not finished yet.")
        case Status.INACTIVE if purpose is not Purpose.TEST:
            title = cause_title(row.provider, row.cause or "unknown")
            return _no("connection_inactive", f"{title}. Reconnect it first.", action_of(row))
        case Status.VERIFYING if purpose is not Purpose.TEST:
            return _no("connection_verifying", f"{label} gave a suspicious answer; we are checking.", action_of(row))
    return None


def _of_limits(row: Connection, purpose: Purpose, now: datetime) -> Usability | None:
    label = provider_label(row.provider)
    if lost := lost_for(row, purpose):
        return _no("permission_missing", f"{label} does not grant {', '.join(lost)}.", action_of(row))
    if row.banned_until is not None and row.banned_until > now:
        until = row.banned_until.strftime("%H:%M:%S UTC")
        return _no("rate_limited", f"{label} asked us to wait until {until}.", ActionOut(code="wait", label="Wait"))
    return None


def is_supported(provider: str, purpose: Purpose) -> bool:
    """Whatever its state, is this provider connected for such work at all?"""
    spec = load().get(provider)
    return spec is not None and (purpose is Purpose.TEST or NEEDS[purpose] in spec.capabilities)


def lost_for(row: Connection, purpose: Purpose) -> list[str]:
    """The missing optional permissions without which this work cannot be done."""
    spec = load().get(row.provider)
    return [name for name in row.missing_scopes or [] if purpose in _work_of(spec, name)]


def _work_of(spec: ProviderSpec | None, scope: str) -> tuple[str, ...]:
    grantable = spec.grantable if spec is not None else ()
    return next((tuple(one.needed_for) for one in grantable if one.name == scope), ())


def _no(code: str, detail: str, action: ActionOut | None = None) -> Usability:
    return Usability(False, code, detail, action)


def usability_out(row: Connection, purpose: Purpose, now: datetime, access: Access) -> UsabilityOut:
    answer = may_use(row, purpose, now, access)
    return UsabilityOut(
        connection_id=row.id,
        purpose=purpose,
        usable=answer.usable,
        code=answer.code,
        detail=answer.detail,
        action=answer.action,
    )
