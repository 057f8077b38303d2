"""How a second person gets into an organization, as they would."""

from typing import Any

from sqlalchemy import select

from mailwarden.accounts.audit_models import AuditEntry
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from tests.accounts.steps import newest_token
from tests.conftest import NewClient
from tests.support.browser import PASSWORD, Browser


async def invite(owner: Browser, email: str, role: str = "member") -> dict[str, Any]:
    answer = await owner.post("/v1/invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    invitation: dict[str, Any] = answer.json()
    return invitation


async def join(rt: Runtime, owner: Browser, new_client: NewClient, role: str = "member", name: str = "Kim") -> Browser:
    """Somebody new, invited and signed up through the link."""
    email = f"{name.lower()}@example.com"
    await invite(owner, email, role)
    http = new_client()
    body = {"token": await newest_token(rt, email), "name": name, "password": PASSWORD}
    answer = await http.post("/v1/invitations/sign-up", json=body)
    assert answer.status_code == 201, answer.text
    http.headers["x-csrf"] = answer.json()["csrf_token"]
    return Browser(http, answer.json())


async def sign_in_again(browser: Browser) -> None:
    """After a jump of the clock that ended the session."""
    body = {"email": browser.me["user"]["email"], "password": PASSWORD}
    answer = await browser.http.post("/v1/auth/sign-in", json=body)
    assert answer.status_code == 200, answer.text
    browser.http.headers["x-csrf"] = answer.json()["csrf_token"]


async def audit_rows(rt: Runtime, browser: Browser) -> list[AuditEntry]:
    """Of the browser's organization, oldest first."""
    async with reader(rt.sessions, browser.org_id) as tx:
        asked = select(AuditEntry).where(AuditEntry.org_id == browser.org_id)
        return list(await tx.session.scalars(asked.order_by(AuditEntry.created_at, AuditEntry.id)))
