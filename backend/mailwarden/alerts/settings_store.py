"""What members change of the alert settings. Addresses are checked before, outside of any transaction."""

import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from mailwarden.accounts import audit
from mailwarden.accounts.models import Membership, User
from mailwarden.alerts.channels.rules import hint_of, not_slack
from mailwarden.alerts.channels.secrets import new_code, seal, unseal
from mailwarden.alerts.distribution import plan_digest
from mailwarden.alerts.evaluating import plan_evaluation
from mailwarden.alerts.models import Alert
from mailwarden.alerts.rule_models import AlertSettings
from mailwarden.alerts.rule_store import locked_settings, settings_of
from mailwarden.alerts.service import ROLES
from mailwarden.alerts.settings_schemas import AlertSettingsIn, EmailIn, SlackIn, WebhookIn
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.errors import Invalid
from mailwarden.core.etag import stale
from mailwarden.core.jobs import enqueue
from mailwarden.core.outside.reach import check_url
from mailwarden.core.outside.signing import new_secret
from mailwarden.core.runtime import Runtime

CODE_MAIL = "alert_address_mail"
CODE_LIFE = timedelta(days=1)
TARGET = audit.Target("alert_settings")
OF_EMAIL = ("email_enabled", "email_on_disconnect", "email_address", "email_pending")
TOLD = ("enabled", "frequency", "digest_hour", *OF_EMAIL, "slack_enabled", "slack_hint", "webhook_enabled")


async def check_addresses(rt: Runtime, body: AlertSettingsIn) -> None:
    """Raises Invalid. Asks the name service."""
    slack = body.slack.url.get_secret_value() if body.slack.url else ""
    if slack:
        if wrong := not_slack(slack, rt.config.slack_hosts):
            problem = {"pointer": "#/slack/url", "code": "url_not_allowed", "detail": wrong}
            raise Invalid(wrong, code="url_not_allowed", errors=[problem])
        await check_url(rt, slack, "#/slack/url")
    if body.webhook.url:
        await check_url(rt, body.webhook.url, "#/webhook/url")


async def update_settings(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, version: int, body: AlertSettingsIn
) -> tuple[AlertSettings, str | None]:
    """And the webhook's secret if this made one: nobody can ask for it later. Raises PreconditionFailed."""
    row = await locked_settings(tx, org_id)
    if row.version != version:
        raise stale(row.version)
    before, hour = _told(row), row.digest_hour
    row.enabled, row.frequency, row.digest_hour = body.enabled, body.frequency, body.digest_hour
    await _set_email(rt, tx, row, body.email)
    _set_slack(rt, row, body.slack)
    secret = _set_webhook(rt, row, body.webhook)
    row.version += 1
    await tx.session.flush()
    was, now = audit.difference(before, _told(row))
    await audit.record(tx, "alert_settings.changed", TARGET, before=was, after=now)
    if hour != row.digest_hour and await tx.session.scalar(select(exists().where(Alert.org_id == org_id, Alert.waits))):
        await plan_digest(rt, tx, row, replace=True)
    await plan_evaluation(rt, tx, org_id)
    return row, secret


async def _set_email(rt: Runtime, tx: UnitOfWork, row: AlertSettings, wanted: EmailIn) -> None:
    row.email_enabled, row.email_on_disconnect = wanted.enabled, wanted.on_disconnect
    address = wanted.address
    if address is not None and address == row.email_pending:
        return  # its code is on its way
    row.email_pending = row.email_code = row.email_asked_at = None
    if address == row.email_address:
        return
    if address is None or await is_proved(tx, row.org_id, address):
        row.email_address = address
        return
    row.email_pending, row.email_asked_at = address, rt.clock.now()
    row.email_code = seal(rt, row, "email_code", new_code())
    await enqueue(tx, CODE_MAIL, row.id)


async def needs_code(rt: Runtime, org_id: UUID, address: str | None) -> bool:
    """Whether setting it mails somebody who may never have heard of us."""
    if address is None:
        return False
    async with reader(rt.sessions, org_id) as tx:
        row = await settings_of(tx, org_id)
        return address not in (row.email_address, row.email_pending) and not await is_proved(tx, org_id, address)


async def is_proved(tx: UnitOfWork, org_id: UUID, address: str) -> bool:
    """The proved address of an owner or manager needs no code."""
    same = func.lower(User.email) == address.lower()
    found = select(Membership.id).join(User, User.id == Membership.user_id)
    able = (Membership.org_id == org_id, Membership.role.in_(ROLES), User.email_verified_at.is_not(None))
    return await tx.session.scalar(found.where(*able, same)) is not None


def _set_slack(rt: Runtime, row: AlertSettings, wanted: SlackIn) -> None:
    row.slack_enabled = wanted.enabled
    if wanted.url is None:
        return
    url = wanted.url.get_secret_value().strip()
    row.slack_url, row.slack_hint = (seal(rt, row, "slack_url", url), hint_of(url)) if url else (None, None)


def _set_webhook(rt: Runtime, row: AlertSettings, wanted: WebhookIn) -> str | None:
    """The secret, if this made one."""
    row.webhook_enabled = wanted.enabled
    if wanted.url is None:
        return None
    row.webhook_url = wanted.url or None
    if row.webhook_url is None or row.webhook_secret is not None:
        return None
    secret = new_secret()
    row.webhook_secret = seal(rt, row, "webhook_secret", secret)
    return secret


async def renew_secret(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> str:
    row, secret = await locked_settings(tx, org_id), new_secret()
    row.webhook_secret = seal(rt, row, "webhook_secret", secret)
    await audit.record(tx, "alert_settings.webhook_secret_renewed", TARGET)
    return secret


async def confirm_address(rt: Runtime, tx: UnitOfWork, org_id: UUID, code: str) -> AlertSettings:
    """Raises Invalid, alike for a wrong code, an old one, and where none is waited for."""
    row = await locked_settings(tx, org_id)
    known = unseal(rt, row, "email_code")
    late = row.email_asked_at is None or rt.clock.now() - row.email_asked_at > CODE_LIFE
    if known is None or late or not hmac.compare_digest(known.encode(), code.encode()):
        problem = {"pointer": "#/code", "code": "wrong_code", "detail": "This code is wrong or too old."}
        raise Invalid("This code is wrong or too old.", code="wrong_code", errors=[problem])
    row.email_address, row.email_pending, row.email_code, row.email_asked_at = row.email_pending, None, None, None
    row.version += 1
    await tx.session.flush()
    await audit.record(tx, "alert_settings.address_confirmed", TARGET, after={"email_address": row.email_address})
    return row


def _told(row: AlertSettings) -> dict[str, Any]:
    """For the audit log. Addresses may hold secrets, but another one must be seen there."""
    hint = hint_of(row.webhook_url) if row.webhook_url else None
    return {name: getattr(row, name) for name in TOLD} | {"webhook_hint": hint}
