"""The letters of rules: one alert, the digest of a day, and a test."""

from collections.abc import Sequence

from mailwarden.accounts.models import Organization
from mailwarden.alerts import rules
from mailwarden.alerts.channels.messages import MOST_TOLD
from mailwarden.alerts.models import Alert
from mailwarden.alerts.rules import Kind
from mailwarden.core.letter import Button, Letter

PAGE = "/alerts"


def rule_letter(alert: Alert, organization: Organization, base_url: str) -> Letter:
    facts = [("About", str(alert.card.get("subject", ""))), ("Rule", str(alert.card.get("rule_label", "")))]
    return Letter(
        subject=alert.title,
        heading=alert.title,
        paragraphs=[alert.body],
        facts=[(name, value) for name, value in facts if value],
        button=Button("Look at it", f"{base_url}{alert.card.get('page', PAGE)}"),
        footer=f"{rules.ONCE[Kind(alert.kind)]}. {organization.name} decides under Settings > Alerts what is told.",
    )


def test_letter(organization: Organization, base_url: str) -> Letter:
    return Letter(
        subject="Test alert",
        heading="This is a test",
        paragraphs=["Nothing happened. Alerts reach this address."],
        button=Button("Open the settings", f"{base_url}/settings?tab=alerts"),
        footer=f"{rules.ONCE[Kind.TEST]} for {organization.name}.",
    )


def digest_letter(alerts: Sequence[Alert], organization: Organization, base_url: str) -> Letter:
    many = "1 alert" if len(alerts) == 1 else f"{len(alerts)} alerts"
    told = [f"{alert.title}. {alert.body}" for alert in alerts[:MOST_TOLD]]
    if len(alerts) > MOST_TOLD:
        told.append(f"And {len(alerts) - MOST_TOLD} more, which stand among the alerts.")
    return Letter(
        subject=f"{many} today: {organization.name}",
        heading=f"{many} since the last digest",
        paragraphs=told,
        button=Button("Open the alerts", f"{base_url}{PAGE}"),
        footer=f"You get this once a day, and not if there is nothing to tell. {organization.name} decides "
        "under Settings > Alerts at what hour.",
    )


def code_letter(organization: Organization, code: str) -> Letter:
    return Letter(
        subject="Confirm this address for alerts",
        heading="Confirm this address for alerts",
        paragraphs=[
            f"{organization.name} wants to send its alerts to this address.",
            f"To allow that, give this code to whoever asked you, or enter it under Settings > Alerts: {code}",
            "It works for one day.",
        ],
        footer="You know nothing of it? Then ignore this mail: without the code nothing is sent here.",
    )
