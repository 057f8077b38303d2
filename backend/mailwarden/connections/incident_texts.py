"""What the banners say about a provider's trouble or our own."""

from mailwarden.connections.models import Incident, JournalPosition
from mailwarden.connections.present import provider_label
from mailwarden.connections.schemas import IncidentOut, Misconfiguration

_TITLES = {
    "refused": "{provider} refuses many connections at once",
    "unavailable": "{provider} is not answering",
    "rate_limited": "{provider} is limiting how fast we may read",
}
_DETAILS = {
    "refused": (
        "{failing} of {tried} connections were refused within minutes. That is the provider or our app, not you: "
        "no connection is called broken while this lasts."
    ),
    "unavailable": "{failing} of {tried} connections got no usable answer. Syncs go on by themselves when it is back.",
    "rate_limited": "{failing} of {tried} connections were told to wait. Syncs go on by themselves.",
}


_OF_SERVER = (
    "{failing} of {tried} mailboxes there could not sign in within minutes. That is probably the server, not you: "
    "while this lasts, but for a day at most, no mailbox is called broken."
)


def _label(row: Incident) -> str:
    return f"Mail server {row.host}" if row.host else provider_label(row.provider)


def _detail(row: Incident) -> str:
    return _OF_SERVER if row.host and row.kind == "refused" else _DETAILS.get(row.kind, "")


def incident_out(row: Incident) -> IncidentOut:
    label = _label(row)
    words = {"provider": label, "failing": row.failing, "tried": row.tried}
    return IncidentOut(
        id=row.id,
        provider=row.provider,
        provider_label=label,
        kind=row.kind,
        title=_TITLES.get(row.kind, "{provider} is in trouble").format(**words),
        detail=_detail(row).format(**words),
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def misconfiguration(row: Incident) -> Misconfiguration:
    label, told = provider_label(row.provider), row.detail or {}
    said = told.get("message") or told.get("provider_code") or "it refused our app"
    hinders = " Nobody can connect an account until then." if told.get("consent_only") else ""
    return Misconfiguration(
        provider=row.provider,
        title=f"Our settings for {label} are wrong",
        detail=(
            f"This is on our side, not yours: {label} rejects our app ({said}). "
            f"The operator must correct it; no connection was touched.{hinders}"
        ),
        expected=told.get("expected"),
        actual=told.get("actual"),
    )


def unreadable_journal(row: JournalPosition) -> Misconfiguration:
    label, told = provider_label(row.provider), row.trouble or {}
    said = told.get("message") or told.get("provider_code") or "it refused our app"
    return Misconfiguration(
        provider=row.provider,
        title=f"{label} does not tell us of uninstalls",
        detail=(
            f"{label} does not let our app read its journal ({said}). The operator must correct the app's permissions. "
            "Connections work, and a broken one is still found, only without the news that it was uninstalled."
        ),
        expected=None,
        actual=None,
    )
