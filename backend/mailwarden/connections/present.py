"""From rows to what the API says about them."""

from collections.abc import Mapping
from typing import Any

from mailwarden.connections.cause_texts import keeps_of, text_of
from mailwarden.connections.forecast_texts import forecast_out, permission_action
from mailwarden.connections.models import Connection, Episode, ReconnectReceipt, Transition
from mailwarden.connections.rules import Frequency, HistoryRange, Status
from mailwarden.connections.schemas import (
    ActionOut,
    CauseCard,
    ConnectionOut,
    EvidenceOut,
    PreviewLine,
    ReceiptOut,
    TransitionOut,
    UnknownPart,
)
from mailwarden.connections.wording import (
    ANSWER_LOST,
    CHECKING,
    LABELS,
    PERMISSION_MISSING,
    REVOKED_NOT_UNINSTALLED,
    TEXTS,
    UNREADABLE,
    CauseText,
)
from mailwarden.providers.base import Cause
from mailwarden.providers.catalog import load

ANSWER_LOST_NOTE = "rotation answer lost"
UNREADABLE_NOTE = "stored authorization unreadable"
NOTED = {ANSWER_LOST_NOTE: ANSWER_LOST, UNREADABLE_NOTE: UNREADABLE}
JOURNAL_READ = "journal_read"  # the provider's journal was read after the first refusal, and names no uninstall


def provider_label(provider: str) -> str:
    spec = load().get(provider)
    return spec.label if spec else provider


def evidence_of(stored: Mapping[str, Any] | None) -> list[EvidenceOut]:
    return [EvidenceOut.model_validate(item) for item in (stored or {}).get("items", [])]


def label_of(row: Connection) -> str:
    if row.status == Status.CONNECTED and row.missing_scopes:
        return PERMISSION_MISSING
    return LABELS[Status(row.status)]


def _words(row: Connection) -> dict[str, str]:
    named = (row.evidence or {}).get("scopes") or row.missing_scopes
    scopes = ", ".join(named) or "a required permission"
    words = {"provider": provider_label(row.provider), "account": row.account_label, "scopes": scopes}
    return words | {"keeps": keeps_of(load().get(row.provider))}


def cause_text(row: Connection) -> CauseText:
    return text_of(row.provider, Cause(row.cause or Cause.UNKNOWN))


def cause_title(provider: str, cause: str) -> str:
    return TEXTS[Cause(cause)].title.format(provider=provider_label(provider), account="", scopes="")


def _explanation(row: Connection) -> str:
    if row.cause == Cause.ACCESS_REVOKED and (row.evidence or {}).get(JOURNAL_READ):
        return REVOKED_NOT_UNINSTALLED
    if row.cause == Cause.UNKNOWN and (known := NOTED.get((row.evidence or {}).get("note", ""))):
        return known
    return cause_text(row).explanation


def _syncs(provider: str) -> bool:
    spec = load().get(provider)
    return spec is None or "campaigns" in spec.capabilities


def action_of(row: Connection) -> ActionOut:
    words = _words(row)
    match Status(row.status):
        case Status.INACTIVE:
            text = cause_text(row)
            return ActionOut(code=text.action, label=text.button.format(**words))
        case Status.DISCONNECTED:
            return ActionOut(code="reconnect", label=f"Connect {row.account_label} again")
        case Status.CONNECTED if row.missing_scopes:
            return permission_action(row.provider)
        case Status.CONNECTED if row.degraded_reason is None and _syncs(row.provider):
            return ActionOut(code="sync_now", label="Sync now")
    return ActionOut(code="wait", label="Nothing to do")


def card_of(row: Connection, episode: Episode | None) -> CauseCard | None:
    """Present while verifying or inactive."""
    words = _words(row)
    if row.status == Status.VERIFYING:
        return CauseCard(
            cause=Cause(row.cause or Cause.UNKNOWN),
            title=CHECKING.title.format(**words),
            explanation=CHECKING.explanation.format(**words),
            who_must_act=CHECKING.who,
            action=action_of(row),
            first_failed_at=row.suspected_at or row.created_at,
            confirmed_at=None,
            last_good_at=row.proof_of_life_at,
            evidence=evidence_of(row.evidence),
        )
    if row.status != Status.INACTIVE:
        return None
    text = cause_text(row)
    return CauseCard(
        cause=Cause(row.cause or Cause.UNKNOWN),
        title=text.title.format(**words),
        explanation=_explanation(row).format(**words),
        who_must_act=text.who,
        action=action_of(row),
        first_failed_at=episode.first_failed_at if episode else row.suspected_at or row.created_at,
        confirmed_at=episode.confirmed_at if episode else row.inactive_since,
        last_good_at=episode.last_good_at if episode else row.proof_of_life_at,
        evidence=evidence_of(row.evidence),
    )


def connection_out(row: Connection, episode: Episode | None = None) -> ConnectionOut:
    return ConnectionOut(
        id=row.id,
        provider=row.provider,
        external_id=row.external_id,
        account_label=row.account_label,
        account_detail=row.account_detail,
        account_time_zone=row.account_time_zone,
        status=Status(row.status),
        label=label_of(row),
        card=card_of(row, episode),
        action=action_of(row),
        missing_scopes=row.missing_scopes or [],
        degraded_reason=row.degraded_reason,
        degraded_since=row.degraded_since,
        verified_at=row.proof_of_life_at,
        forecast=forecast_out(row),
        inactive_since=row.inactive_since,
        suspected_at=row.suspected_at,
        sync_frequency=row.sync_frequency,
        history_range=row.history_range,
        last_sync_at=row.last_sync_at,
        next_sync_at=row.next_sync_at,
        data_as_of=row.data_as_of,
        active_sync_id=row.active_sync_id,
        settings_version=row.version,
        created_at=row.created_at,
    )


def transition_out(row: Transition, provider: str, actor_name: str | None) -> TransitionOut:
    return TransitionOut(
        id=row.id,
        at=row.at,
        from_status=row.from_status,
        to_status=row.to_status,
        cause=row.cause,
        cause_title=cause_title(provider, row.cause) if row.cause else None,
        evidence=evidence_of(row.evidence),
        actor=row.actor,
        actor_user_id=row.actor_user_id,
        actor_name=actor_name,
        note=row.note,
    )


FREQUENCY_WORDS = {
    Frequency.REALTIME: "Real-time",
    Frequency.HOURLY: "Hourly",
    Frequency.EVERY_6_HOURS: "Every 6 hours",
    Frequency.DAILY: "Daily",
}
RANGE_WORDS = {
    HistoryRange.DAYS_30: "Last 30 days",
    HistoryRange.DAYS_90: "Last 90 days",
    HistoryRange.MONTHS_12: "Last 12 months",
    HistoryRange.ALL: "Everything available",
}


def receipt_out(row: ReconnectReceipt) -> ReceiptOut:
    kept = row.settings_kept or {}
    lines = []
    if "sync_frequency" in kept:
        lines.append(PreviewLine(title="Sync frequency", detail=FREQUENCY_WORDS[Frequency(kept["sync_frequency"])]))
    if "history_range" in kept:
        lines.append(PreviewLine(title="History range", detail=RANGE_WORDS[HistoryRange(kept["history_range"])]))
    return ReceiptOut(
        id=row.id,
        connection_id=row.connection_id,
        episode_id=row.episode_id,
        status=row.status,
        window_from=row.window_from,
        window_until=row.window_until,
        sync_id=row.sync_run_id,
        campaigns_added=row.campaigns_added,
        campaigns_changed=row.campaigns_changed,
        unknown=[UnknownPart.model_validate(part) for part in row.unknown or []],
        settings_kept=lines,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )
