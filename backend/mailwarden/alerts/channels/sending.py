"""One attempt to reach Slack or a webhook. Both lead to hosts that customers typed, so both go through the guard."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from mailwarden.alerts.channels.messages import MESSAGE, What, slack_body, webhook_body
from mailwarden.alerts.channels.rules import DEADLINE_S, OFF, not_slack
from mailwarden.alerts.channels.secrets import unseal
from mailwarden.alerts.models import Alert
from mailwarden.alerts.rule_models import AlertSettings
from mailwarden.core.crypto import CannotOpen
from mailwarden.core.ids import format_id
from mailwarden.core.outside.posting import Posted, post_json
from mailwarden.core.outside.signing import signed_headers
from mailwarden.core.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Parcel:
    """``url`` none: it cannot be sent, and ``trouble`` says why."""

    channel: str
    post_id: UUID
    body: bytes = b""
    url: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    trouble: str = OFF


def pack(rt: Runtime, wants: AlertSettings, channel: str, post_id: UUID, what: What, alerts: Sequence[Alert]) -> Parcel:
    """``wants`` as they are now: an address that was replaced gets nothing more."""
    try:
        if channel == "slack":
            url = unseal(rt, wants, "slack_url") if wants.slack_enabled else None
            if url is not None and not_slack(url, rt.config.slack_hosts):
                return Parcel(channel, post_id, trouble="host_not_allowed")
            return Parcel(channel, post_id, slack_body(what, alerts, rt.config.base_url), url)
        secret = unseal(rt, wants, "webhook_secret")
    except CannotOpen:
        return Parcel(channel, post_id, trouble="secret_unreadable")
    url = wants.webhook_url if wants.webhook_enabled and secret else None
    return Parcel(channel, post_id, webhook_body(what, alerts, rt.clock.now()), url, secret)


async def send(rt: Runtime, http: httpx.AsyncClient, parcel: Parcel) -> Posted:
    if parcel.url is None:
        return Posted(None, parcel.trouble)
    headers = {"user-agent": f"Mailwarden-Alerts/{rt.config.version}"}
    if parcel.secret is not None:
        named = format_id(MESSAGE, parcel.post_id)
        headers |= signed_headers([parcel.secret], named, rt.clock.now(), parcel.body)
    return await post_json(rt, http, parcel.url, parcel.body, headers, DEADLINE_S)
