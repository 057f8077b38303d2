"""The words of a notice. Every one answers: what happened, since when, who must act, what to do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    DISCONNECTED = "integration_disconnected"
    RECOVERED = "integration_recovered"
    EXPIRING = "authorization_expiring"
    PERMISSION_MISSING = "permission_missing"
    RECONNECT_ASKED = "reconnect_asked"
    ACTION_ASKED = "action_asked"
    ENDPOINT_FAILING = "webhook_endpoint_failing"
    ENDPOINT_RECOVERED = "webhook_endpoint_recovered"
    ENDPOINT_DISABLED = "webhook_endpoint_disabled"
    SCORE_DROP = "score_drop"
    BOUNCE_SPIKE = "bounce_spike"
    COMPLAINT_INCREASE = "complaint_increase"
    BLOCKLIST_ADDITION = "blocklist_addition"
    SYNC_FAILURE = "sync_failure"
    DATA_STALE = "data_stale"
    CAMPAIGNS_PAUSED = "campaigns_paused"
    CAMPAIGNS_AT_STAKE = "campaigns_at_stake"
    RECIPIENTS_STOPPED = "recipients_stopped"
    CAMPAIGNS_CAN_RESUME = "campaigns_can_resume"
    CAMPAIGN_GUARDED = "campaign_guarded"
    RULE_RECOVERED = "alert_recovered"
    TEST = "test"


OF_RULES = frozenset(
    {
        Kind.SCORE_DROP,
        Kind.BOUNCE_SPIKE,
        Kind.COMPLAINT_INCREASE,
        Kind.BLOCKLIST_ADDITION,
        Kind.SYNC_FAILURE,
        Kind.DATA_STALE,
        Kind.RULE_RECOVERED,
    }
)
OF_DISCONNECTS = frozenset({Kind.DISCONNECTED, Kind.RECOVERED})
OF_CAMPAIGNS = frozenset(
    {
        Kind.CAMPAIGNS_PAUSED,
        Kind.CAMPAIGNS_AT_STAKE,
        Kind.RECIPIENTS_STOPPED,
        Kind.CAMPAIGNS_CAN_RESUME,
        Kind.CAMPAIGN_GUARDED,
    }
)
# What goes through all channels; the rest is between people, or about a channel itself.
FOR_CHANNELS = OF_RULES | OF_DISCONNECTS | OF_CAMPAIGNS | {Kind.EXPIRING, Kind.PERMISSION_MISSING, Kind.TEST}


WHO = {
    "nobody": "Nobody: it is settled without you",
    "member": "The member who connected the account",
    "owner_or_manager": "An owner or manager of your organization",
    "provider_admin": "An administrator of the account at {provider}",
    "operator": "The operator of this Mailwarden instance",
}
# Actions that the connection's page offers as a button; the others only need to be understood.
ON_THE_PAGE = frozenset({"connect", "reconnect", "grant_permission", "sync_now"})


ONCE = {
    Kind.DISCONNECTED: "You get this once per outage",
    Kind.RECOVERED: "This ends the notice of the outage",
    Kind.EXPIRING: "You get this at most three times for one date",
    Kind.PERMISSION_MISSING: "You get this once",
    Kind.RECONNECT_ASKED: "They can ask once an hour; you get this",
    Kind.ACTION_ASKED: "They can ask for it once a day; you get this",
    Kind.ENDPOINT_FAILING: "You get this once per outage",
    Kind.ENDPOINT_RECOVERED: "This ends the notice of the outage",
    Kind.ENDPOINT_DISABLED: "You get this once",
    Kind.CAMPAIGNS_PAUSED: "You get this once per outage",
    Kind.CAMPAIGNS_AT_STAKE: "You get this a few times until it is repaired or over",
    Kind.RECIPIENTS_STOPPED: "You get this once",
    Kind.CAMPAIGNS_CAN_RESUME: "You get this once",
    Kind.CAMPAIGN_GUARDED: "You get this each time the bounce guard pauses a campaign",
    **dict.fromkeys(OF_RULES, "You get this once until it is over"),
    Kind.RULE_RECOVERED: "This ends the notice of the trouble",
    Kind.TEST: "Somebody asked for this test",
}
ENDPOINT_TITLE = {
    Kind.ENDPOINT_FAILING: "Webhook endpoint fails",
    Kind.ENDPOINT_RECOVERED: "Webhook endpoint works again",
    Kind.ENDPOINT_DISABLED: "Webhook endpoint disabled",
}
ENDPOINT_BODY = {
    Kind.ENDPOINT_FAILING: (
        "It has accepted nothing for 24 hours. We go on trying, and every event is kept for 30 days: "
        "what it missed follows by itself once it works."
    ),
    Kind.ENDPOINT_RECOVERED: "It accepts deliveries again. What it missed is on its way.",
    Kind.ENDPOINT_DISABLED: (
        "It answered 410 Gone, so we send nothing more. Events are kept for 30 days: "
        "enable it again, and what it missed follows."
    ),
}


def who_must_act(card: Mapping[str, Any], provider: str) -> str:
    return WHO.get(card.get("who_must_act", ""), WHO["owner_or_manager"]).format(provider=provider)


def button(card: Mapping[str, Any]) -> str:
    action = card.get("action") or {}
    return str(action["label"]) if action.get("code") in ON_THE_PAGE else "See what happened"


def disconnected_title(provider: str, account: str) -> str:
    return f"Integration disconnected: {provider} – {account}"


def expiring_title(provider: str, account: str, days: int) -> str:
    left = "within a day" if days == 1 else f"within {days} days"
    return f"Authorization ends {left}: {provider} – {account}"


def permission_title(provider: str, account: str) -> str:
    return f"Permission missing: {provider} – {account}"


def notice_body(card: Mapping[str, Any], provider: str) -> str:
    return f"{card['explanation']} Who must act: {who_must_act(card, provider)}."


def explanation(card: Mapping[str, Any], provider: str) -> str:
    found = card.get("explanation") or f"{provider} no longer accepts our access to this account."
    return f"{found} Your data is kept; scheduled syncs are paused."


def disconnected_body(card: Mapping[str, Any], provider: str) -> str:
    return f"{explanation(card, provider)} Who must act: {who_must_act(card, provider)}."


def recovered_title(provider: str, account: str) -> str:
    return f"Integration works again: {provider} – {account}"


def recovered_body(provider: str) -> str:
    return f"{provider} accepts our access again. Scheduled syncs go on, and what was missed is being caught up."


def asked_title(who: str, provider: str, account: str) -> str:
    return f"{who} asks you to reconnect {provider} – {account}"


def asked_body(card: Mapping[str, Any], who: str) -> str:
    why = f" {card['explanation']}" if card.get("explanation") else ""
    return f"{who} may not reconnect this account, and asks an owner or manager to do it.{why}"


def wish_title(who: str, asked_for: str) -> str:
    return f"{who} asks you to {asked_for}"


def wish_body(who: str) -> str:
    return f"{who} may not do it with their role in the organization, and asks you."


def endpoint_title(kind: Kind, url: str) -> str:
    return f"{ENDPOINT_TITLE[kind]}: {url}"
