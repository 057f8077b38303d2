"""The e-mail copy of an alert: plain text for every program, HTML with the same facts and one button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mailwarden.accounts.models import Organization
from mailwarden.alerts import rules
from mailwarden.alerts.campaign_notices import campaign_letter
from mailwarden.alerts.endpoint_notices import endpoint_letter
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.rule_letters import digest_letter, rule_letter, test_letter
from mailwarden.alerts.wishes import wish_letter
from mailwarden.connections.present import provider_label
from mailwarden.core import letter as letters
from mailwarden.core.mail import Mail, build_message, plain
from mailwarden.core.runtime import Runtime

Fact = tuple[str, str]
STYLE = {
    "page": "margin:0;padding:24px;background:#f4f5f7;font:16px/1.5 system-ui,sans-serif;color:#1f2430",
    "card": "max-width:560px;margin:0 auto;background:#fff;border:1px solid #dde0e6;border-radius:8px;padding:24px",
    "fact": "padding:6px 16px 6px 0;vertical-align:top;color:#5b6372;white-space:nowrap",
    "button": "display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;color:#fff",
    "small": "font-size:13px;color:#5b6372",
}


@dataclass(frozen=True)
class Letter:
    heading: str
    lead: str
    facts: Sequence[Fact]
    button: str
    url: str
    footer: str

    def text(self) -> str:
        facts = "\n".join(f"{name}: {value}" for name, value in self.facts)
        return f"{self.heading}\n\n{self.lead}\n\n{facts}\n\n{self.button}: {self.url}\n\n{self.footer}\n"

    def html(self) -> str:
        rows = "".join(
            f'<tr><td style="{STYLE["fact"]}">{escape(name)}</td><td style="padding:6px 0">{escape(value)}</td></tr>\n'
            for name, value in self.facts
        )
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light">\n'
            f'<title>{escape(self.heading)}</title></head>\n<body style="{STYLE["page"]}">\n'
            f'<div style="{STYLE["card"]}">\n<h1 style="font-size:20px;margin:0 0 12px">{escape(self.heading)}</h1>\n'
            f"<p>{escape(self.lead)}</p>\n"
            f'<table role="presentation" style="border-collapse:collapse;font-size:15px">\n{rows}</table>\n'
            f'<p><a style="{STYLE["button"]}" href="{escape(self.url)}">{escape(self.button)}</a></p>\n'
            f'<p style="{STYLE["small"]}">{escape(self.footer)}</p>\n</div>\n</body></html>\n'
        )


def compose(rt: Runtime, alert: Alert, organization: Organization, copy: AlertMail) -> Mail:
    """Raises UnsafeHeader for an address that plain mail cannot reach."""
    if alert.kind in rules.OF_RULES:
        return _compose(rt, rule_letter(alert, organization, rt.config.base_url), copy)
    if alert.kind == rules.Kind.TEST:
        return _compose(rt, test_letter(organization, rt.config.base_url), copy)
    if "endpoint_id" in alert.card:
        return _compose_endpoint(rt, alert, organization, copy)
    if alert.kind in rules.OF_CAMPAIGNS:
        return _compose(rt, campaign_letter(alert, organization, rt.config.base_url, _ends(alert, organization)), copy)
    if alert.kind == rules.Kind.ACTION_ASKED:
        return _compose(rt, wish_letter(alert, organization, rt.config.base_url), copy)
    letter = write_letter(alert, organization, page_url(rt.config.base_url, alert.card, alert.connection_id))
    return build_message(
        sender=rt.config.mail_from,
        to=[copy.recipient],
        subject=plain(alert.title),
        text=letter.text(),
        html=letter.html(),
        message_id=copy.message_id,
        date=rt.clock.now(),
        headers=[("Auto-Submitted", "auto-generated")],
    )


def _ends(alert: Alert, organization: Organization) -> list[Fact]:
    due_at = alert.card.get("due_at")
    return [("Last moment", _moment(due_at, ZoneInfo(organization.time_zone)))] if due_at else []


def compose_digest(rt: Runtime, alerts: Sequence[Alert], organization: Organization, copy: AlertMail) -> Mail:
    return _compose(rt, digest_letter(alerts, organization, rt.config.base_url), copy)


def _compose_endpoint(rt: Runtime, alert: Alert, organization: Organization, copy: AlertMail) -> Mail:
    times = _times({"first_failed_at": alert.card["failing_since"]}, ZoneInfo(organization.time_zone))
    return _compose(rt, endpoint_letter(alert, organization, rt.config.base_url, times), copy)


def _compose(rt: Runtime, letter: letters.Letter, copy: AlertMail) -> Mail:
    return letters.compose(
        letter,
        sender=rt.config.mail_from,
        to=copy.recipient,
        message_id=copy.message_id,
        date=rt.clock.now(),
    )


def page_url(base_url: str, card: dict[str, Any], connection_id: UUID | None) -> str:
    account = f"?account=conn_{connection_id.hex}" if connection_id else ""
    return f"{base_url}/integrations/{card['provider']}{account}"


def write_letter(alert: Alert, organization: Organization, url: str) -> Letter:
    card, zone = alert.card, ZoneInfo(organization.time_zone)
    label = provider_label(card["provider"])
    recovered, broken = alert.kind == rules.Kind.RECOVERED, alert.kind == rules.Kind.DISCONNECTED
    facts = [("Account", f"{label} – {card['account_label']}"), *_times(card, zone)]
    if not recovered:
        facts += [("Who must act", rules.who_must_act(card, label)), *_proof(card, label)]
    return Letter(
        heading=alert.title,
        lead=alert.body if not broken else f"{card['title'].rstrip('.')}. {rules.explanation(card, label)}",
        facts=facts,
        button="Open the connection" if recovered else rules.button(card),
        url=url,
        footer=f"{rules.ONCE[rules.Kind(alert.kind)]}, as an owner or manager of {organization.name}.",
    )


def _times(card: dict[str, Any], zone: ZoneInfo) -> list[Fact]:
    named = {
        "first_failed_at": "Failing since",
        "confirmed_at": "Confirmed",
        "last_good_at": "Last worked",
        "dies_at": "Ends at the latest",
        "recovered_at": "Works again since",
    }
    return [(name, _moment(card[field], zone)) for field, name in named.items() if card.get(field)]


def _moment(iso: str, zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(iso).astimezone(zone)
    return f"{at.day} {at:%B %Y, %H:%M} ({zone.key})"


def _proof(card: dict[str, Any], provider: str) -> list[Fact]:
    """The latest answer that proves it, in the provider's own words."""
    shown = card.get("evidence") or []
    if not shown:
        return []
    last = shown[-1]
    parts = [last.get("status"), last.get("provider_code"), last.get("message")]
    said = " · ".join(str(part) for part in parts if part)
    reference = last.get("provider_request_id")
    return [(f"{provider} answered", said), *([("Reference", str(reference))] if reference else [])] if said else []
