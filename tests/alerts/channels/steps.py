"""What the tests of channels do over and over."""

from typing import Any

from sqlalchemy import select

from mailwarden.alerts.rule_models import AlertPost
from mailwarden.alerts.rules import Kind
from mailwarden.alerts.service import Notice, raise_notice
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from tests.support.browser import Browser

PATH = "/v1/alert-settings"
QUIET: dict[str, Any] = {
    "enabled": True,
    "frequency": "instant",
    "digest_hour": 9,
    "email": {"enabled": True, "on_disconnect": True, "address": None},
    "slack": {"enabled": False, "url": None},
    "webhook": {"enabled": False, "url": None},
}


async def change(browser: Browser, **over: Any) -> Any:
    """The answer to a change of the settings as they are now."""
    current = await browser.get(PATH)
    body = {name: {**part, **over.pop(name, {})} if isinstance(part, dict) else part for name, part in QUIET.items()}
    headers = {"If-Match": current.headers["etag"]}
    return await browser.http.put(PATH, json=body | over, headers=headers)


async def changed(browser: Browser, **over: Any) -> dict[str, Any]:
    answer = await change(browser, **over)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def raise_rule_alert(rt: Runtime, browser: Browser, title: str = "Syncs fail: acme.test") -> None:
    card = {"rule": "sync_failure", "rule_label": "Sync failure", "subject": "acme.test", "page": "/integrations"}
    once = {"episode_id": new_id()}
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        await raise_notice(rt, tx, Notice(browser.org_id, Kind.SYNC_FAILURE, title, "Three in a row.", card, once))


async def posts(rt: Runtime, browser: Browser) -> list[AlertPost]:
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        return list(await tx.session.scalars(select(AlertPost).order_by(AlertPost.channel, AlertPost.id)))
