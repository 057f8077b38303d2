"""Notices about outreach campaigns whose account is in trouble: what pauses, what time is left, what came of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from mailwarden.accounts.models import Organization
from mailwarden.alerts import rules
from mailwarden.alerts.models import Alert
from mailwarden.alerts.rules import Kind
from mailwarden.alerts.service import raise_alert
from mailwarden.connections.present import provider_label
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id
from mailwarden.core.letter import Button, Letter
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.outreach.rules import BY_GUARD, Pause
from mailwarden.outreach.trouble import words

Card = Mapping[str, Any]
MOST_NAMED = 10
FOR_EVER = "nothing more of that campaign, for ever"


async def alert_campaigns(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Each moment of an episode or a disconnect is announced once, so each of these events is told."""
    card = event.data
    paused = card["moment"] == "start"
    kind, title = (Kind.CAMPAIGNS_PAUSED, _paused_title(card)) if paused else (Kind.CAMPAIGNS_AT_STAKE, _title(card))
    await raise_alert(rt, tx, kind, event, title, warning_body(card), card, once_by={"notice_id": event.id})


async def alert_stopped(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    card = event.data
    if not card["recipients_stopped"]:
        return
    title = f"Recipients stopped: {card['name']}"
    await raise_alert(
        rt, tx, Kind.RECIPIENTS_STOPPED, event, title, stopped_body(card), card, once_by={"notice_id": event.id}
    )


async def alert_resume(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """After the repair: campaigns do not go on by themselves (D14, D15)."""
    card = event.data
    title = f"Campaigns wait to be resumed: {card['account_label']}"
    body = f"{card['account_label']} works again. {_names(card)} {_wait(len(card['campaigns']))} until you resume."
    await raise_alert(rt, tx, Kind.CAMPAIGNS_CAN_RESUME, event, title, body, card, once_by={"notice_id": event.id})


async def alert_guarded(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Only the guard's pauses: of the others their trouble, or the bill, is told."""
    if event.data["reason"] not in BY_GUARD or event.subject_id is None:
        return
    card = {**event.data, "page": f"/outreach/{format_id('out', event.subject_id)}"}
    title = f"Bounce guard: “{card['name']}” is paused"
    await raise_alert(
        rt, tx, Kind.CAMPAIGN_GUARDED, event, title, guarded_body(card), card, once_by={"notice_id": event.id}
    )


def guarded_body(card: Card) -> str:
    """What was counted, what it means, and what to do before it goes on."""
    if "sent" not in card:  # paused by a version that did not count for us
        return "Too many mails came back, or were refused for their sender. Nothing more leaves until you resume."
    if card["reason"] == Pause.SENDER_REFUSED:
        happened = f"{card['refused']} of {card['sent']} mails {_was(card['refused'])} refused for their sender"
        advice = "No recipient is at fault: see whether the mailbox and its domain may send, then resume."
    else:
        happened = f"{card['bounced']} of {card['sent']} mails came back for good"
        advice = "Going on would harm the mailbox's reputation: see who bounced, clean the list, then resume."
    return f"{happened}; {card['allowed_percent']} % pause a campaign. Nothing more leaves until you resume. {advice}"


def _paused_title(card: Card) -> str:
    return f"Campaigns paused: {provider_label(card['provider'])} – {card['account_label']}"


def _title(card: Card) -> str:
    if card["remaining_s"] is None:
        return f"Campaigns are still paused: {card['account_label']}"
    left = words.countdown(timedelta(seconds=card["remaining_s"]))
    return f"{left}: {card['account_label']}, {words.people(card['recipients_at_stake'])} at stake"


def warning_body(card: Card) -> str:
    """What pauses, who waits, and what comes of it if nobody acts."""
    single = [one for one in card["campaigns"] if not one["rotation"]]
    rotating = [one for one in card["campaigns"] if one["rotation"]]
    told = []
    if single:
        waiting = sum(one["recipients_waiting"] for one in single)
        told.append(
            f"{_listed(single)} {_is(len(single))} paused without limit; {words.people(waiting)} {_wait(waiting)}."
        )
    if rotating:
        told.append(f"In {_listed(rotating)} the other accounts go on.")
    if card["remaining_s"] is not None:
        told.append(_end(card))
    return " ".join([*told, _what_to_do(card)])


def _end(card: Card) -> str:
    left = words.countdown(timedelta(seconds=card["remaining_s"])).capitalize()
    who = f"{words.people(card['recipients_at_stake'])} with mail from this account"
    return f"{left}: then {who} will get {FOR_EVER}."


def _what_to_do(card: Card) -> str:
    if card["kind"] == "grace":
        return "Reconnect the account and re-add it to the campaign: both within the hour; one click does both."
    return "Reconnect the account."


def stopped_body(card: Card) -> str:
    why = "was not re-added within the hour" if card["kind"] == "grace" else "was not repaired for nine days"
    return (
        f"{card['address']} {why}. {words.people(card['recipients_stopped'])} with mail from it will get {FOR_EVER}; "
        f"{words.people(card['recipients_freed'])} without are free for the other accounts."
    )


def _names(card: Card) -> str:
    return _listed(card["campaigns"])


def _listed(campaigns: Sequence[Card]) -> str:
    named = [f"“{one['name']}”" for one in campaigns[:MOST_NAMED]]
    more = len(campaigns) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"


def campaign_letter(
    alert: Alert, organization: Organization, base_url: str, times: Sequence[tuple[str, str]]
) -> Letter:
    """``times``: the deadline, in the organization's zone."""
    card: Card = alert.card
    account = card.get("account_label") or card.get("address")
    facts = [*([("Account", account)] if account else [("Campaign", card["name"])]), *times]
    if card.get("recipients_at_stake"):
        facts.append(("At stake", words.people(card["recipients_at_stake"])))
    return Letter(
        subject=alert.title,
        heading=alert.title,
        paragraphs=[alert.body],
        facts=facts,
        button=Button("Open the account" if account else "Open the campaign", f"{base_url}{_page(alert)}"),
        footer=f"{rules.ONCE[Kind(alert.kind)]}, as an owner or manager of {organization.name}.",
    )


def _page(alert: Alert) -> str:
    if "page" in alert.card:
        return str(alert.card["page"])
    if alert.connection_id is None or "provider" not in alert.card:
        return "/alerts"
    return f"/integrations/{alert.card['provider']}?account={format_id('conn', alert.connection_id)}"


ABOUT_CAMPAIGNS = {
    EventType.OUTREACH_CLOCK_WARNING: [alert_campaigns],
    EventType.OUTREACH_STOP_RULE_APPLIED: [alert_stopped],
    EventType.OUTREACH_RESUME_DUE: [alert_resume],
    EventType.OUTREACH_PAUSED: [alert_guarded],
}
