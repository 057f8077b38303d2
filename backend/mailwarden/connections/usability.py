"""May this connection be used now, and if not why? Page, gates, extension and public API ask nobody else (B31)."""

from dataclasses import dataclass
from datetime import datetime

from mailwarden.connections.models import Connection
from mailwarden.connections.present import action_of, cause_title, provider_label
from mailwarden.connections.rules import Purpose, Status
from mailwarden.connections.schemas import ActionOut, UsabilityOut
from mailwarden.providers.catalog import load

SENDS = "sending"


@dataclass(frozen=True, slots=True)
class Usability:
    usable: bool
    code: str
    detail: str
    action: ActionOut | None


def may_use(row: Connection, purpose: Purpose, now: datetime) -> Usability:
    """Pure: the row and the time decide. An optional permission that is gone stops only the work that needs it."""
    label = provider_label(row.provider)
    if purpose in (Purpose.SEND, Purpose.TRACK) and not _can_send(row.provider):
        return _no("not_supported", f"{label} is connected for its figures; nothing can be sent or tracked with it.")
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
    if row.banned_until is not None and row.banned_until > now:
        until = row.banned_until.strftime("%H:%M:%S UTC")
        return _no("rate_limited", f"{label} asked us to wait until {until}.", ActionOut(code="wait", label="Wait"))
    return Usability(True, "ok", "The connection works.", None)


def _no(code: str, detail: str, action: ActionOut | None = None) -> Usability:
    return Usability(False, code, detail, action)


def _can_send(provider: str) -> bool:
    spec = load().get(provider)
    return spec is not None and SENDS in {str(one) for one in spec.capabilities}


def usability_out(row: Connection, purpose: Purpose, now: datetime) -> UsabilityOut:
    answer = may_use(row, purpose, now)
    return UsabilityOut(
        connection_id=row.id,
        purpose=purpose,
        usable=answer.usable,
        code=answer.code,
        detail=answer.detail,
        action=answer.action,
    )
