from datetime import datetime
from typing import Annotated, Literal

from pydantic import EmailStr, Field, SecretStr, StringConstraints

from mailwarden.alerts.watching.catalogue import Frequency
from mailwarden.core.api import Wire
from mailwarden.core.ids import AlertDeliveryId, AlertId
from mailwarden.core.paging import PageQuery

Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2048)]


class EmailIn(Wire):
    """``address`` null: owners and managers. A new one must be confirmed with the code that is mailed to it.

    ``on_disconnect``: the mail that an integration was disconnected; the notice in the app cannot be switched off.
    """

    enabled: bool
    on_disconnect: bool
    address: EmailStr | None


class SlackIn(Wire):
    """``url``: the incoming webhook that Slack made. Null keeps the one that is stored, empty removes it."""

    enabled: bool
    url: SecretStr | None = Field(None, max_length=2048, examples=["https://hooks.slack.com/services/T0/B0/x"])


class WebhookIn(Wire):
    """``url`` null keeps the one that is stored, empty removes it."""

    enabled: bool
    url: Url | None = None


class AlertSettingsIn(Wire):
    """``enabled``: all rules. ``digest_hour``: in the organization's time zone."""

    enabled: bool
    frequency: Frequency
    digest_hour: int = Field(ge=0, le=23)
    email: EmailIn
    slack: SlackIn
    webhook: WebhookIn


class LastOut(Wire):
    """The latest alert, digest or test that went there. ``error`` null: it arrived, or is on its way."""

    status: Literal["queued", "sending", "sent", "failed", "unknown"]
    http_status: int | None
    error: str | None
    at: datetime


class InAppOut(Wire):
    enabled: Literal[True] = True


class EmailChannelOut(Wire):
    """``recipients``: who gets the mails now. ``pending_address`` waits for its code."""

    enabled: bool
    on_disconnect: bool
    address: str | None
    pending_address: str | None
    recipients: list[str]
    last: LastOut | None


class SlackOut(Wire):
    enabled: bool
    configured: bool
    hint: str | None
    last: LastOut | None


class WebhookOut(Wire):
    """``secret``: only in the answer to the change that made it, with the first address. Never shown again."""

    enabled: bool
    configured: bool
    url: str | None
    secret: str | None = None
    last: LastOut | None


class AlertSettingsOut(Wire):
    """``next_digest_at`` null: nothing waits for a digest."""

    enabled: bool
    frequency: Frequency
    digest_hour: int
    time_zone: str
    next_digest_at: datetime | None
    in_app: InAppOut
    email: EmailChannelOut
    slack: SlackOut
    webhook: WebhookOut
    version: int


class AddressCode(Wire):
    code: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=8, max_length=8)] = Field(
        examples=["ABCD2345"]
    )


class WebhookSecretOut(Wire):
    """The only answer that holds the secret: it is not shown again. The one before signs no longer."""

    secret: str


class ChannelResult(Wire):
    """``off``: not enabled, or without an address. ``unknown``: the connection broke while the mail was handed over."""

    channel: Literal["in_app", "email", "slack", "webhook"]
    result: Literal["sent", "failed", "unknown", "off"]
    target: str | None
    detail: str | None
    http_status: int | None
    duration_ms: int | None


class ChannelTestOut(Wire):
    __test__ = False
    results: list[ChannelResult]


class AlertDeliveryQuery(PageQuery):
    channel: Literal["email", "slack", "webhook"] = "email"


class AlertDeliveryOut(Wire):
    """One alert, digest or test on its way through one channel. ``target``: the address of a mail.

    ``alert_id`` null: a digest. ``message_id``: what the receiver can find it by, a mail's Message-ID or the
    `webhook-id` of every attempt; Slack is told none.
    """

    id: AlertDeliveryId
    alert_id: AlertId | None
    message_id: str | None
    channel: Literal["email", "slack", "webhook"]
    about: Literal["alert", "digest"]
    title: str
    target: str | None
    status: Literal["queued", "sending", "sent", "failed", "unknown"]
    tries: int | None
    http_status: int | None
    error: str | None
    created_at: datetime
    sent_at: datetime | None
