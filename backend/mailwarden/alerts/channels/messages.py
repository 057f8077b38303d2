"""The bytes of an alert for Slack and for a webhook."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from mailwarden.alerts import rules
from mailwarden.alerts.models import Alert
from mailwarden.core.ids import format_id

MESSAGE = "msg"  # prefix of a `webhook-id`
MOST_TEXT = 2900  # Slack refuses longer sections
MOST_TOLD = 50  # of a digest; the rest is counted
What = Literal["alert", "digest", "test"]


def _escape(text: str) -> str:
    """Slack's three control characters: else a name could make links or call everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack_body(what: What, alerts: Sequence[Alert], base_url: str) -> bytes:
    told = [f"{_escape(alert.title)}\n{_escape(alert.body)}" for alert in alerts[:MOST_TOLD]]
    if what == "digest":
        many = "1 alert" if len(alerts) == 1 else f"{len(alerts)} alerts"
        told.insert(0, f"{many} since the last digest")
    text = "\n\n".join(told)
    text = text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
    link = f"<{base_url}/alerts|Open the alerts>"
    return _bytes({"text": f"{text}\n\n{link}", "unfurl_links": False, "unfurl_media": False})


def webhook_body(what: What, alerts: Sequence[Alert], at: datetime) -> bytes:
    """``type``, ``timestamp`` and ``data``, as Standard Webhooks has it."""
    told = [_told(alert) for alert in alerts[:MOST_TOLD]]
    data = {"alerts": told, "count": len(alerts)} if what == "digest" else told[0]
    return _bytes({"type": _type(what, alerts), "timestamp": _iso(at), "data": data})


def _type(what: What, alerts: Sequence[Alert]) -> str:
    if what != "alert":
        return f"alert.{what}"
    over = alerts[0].kind in (rules.Kind.RULE_RECOVERED, rules.Kind.RECOVERED)
    return "alert.recovered" if over else "alert.raised"


def _told(alert: Alert) -> dict[str, Any]:
    return {
        "id": format_id("alrt", alert.id),
        "kind": alert.kind,
        "title": alert.title,
        "body": alert.body,
        "organization_id": format_id("org", alert.org_id),
        "connection_id": format_id("conn", alert.connection_id) if alert.connection_id else None,
        "episode_id": format_id("epi", alert.episode_id) if alert.episode_id else None,
        "created_at": _iso(alert.created_at),
        "facts": {name: value for name, value in alert.card.items() if name != "evidence"},
    }


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _bytes(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
