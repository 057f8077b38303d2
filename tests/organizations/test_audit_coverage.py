"""Every operation that writes leaves a row in the audit log, or stands here with the reason why not."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from mailwarden.accounts.audit import NAMED, UNRECORDED
from mailwarden.core.runtime import Runtime
from mailwarden.main import build
from tests.accounts.steps import newest_token
from tests.conftest import MakeConnection, NewClient
from tests.organizations.steps import audit_rows, invite, join
from tests.support.browser import PASSWORD, Browser
from tests.support.routes import api_routes
from tests.support.time import TimeMachine

READING = {"GET", "HEAD", "OPTIONS"}
# They know no caller at first, or close their transaction before they work: each records what it did by itself.
BY_THEMSELVES = {
    "sign_up": "session.started",
    "sign_in": "session.started",
    "sign_up_by_invitation": "member.joined",
    "confirm_email": "account.address_changed",
    "reset_password": "account.password_reset",
    "connect_by_password": "connection.connected",
    "renew_password": "connection.reconnected",
    "create_webhook_endpoint": "webhook_endpoint.created",
    "update_webhook_endpoint": "webhook_endpoint.changed",
    "finish_identity_sign_in": "session.started",
    "add_dmarc_report": "domain.dmarc_report_added",
    "verify_domain": "domain.verified",
    "start_checkout": "billing.checkout_opened",
    "change_plan": "billing.plan_changed",
    "cancel_subscription": "billing.cancelled",
    "resume_subscription": "billing.resumed",
    "update_alert_settings": "alert_settings.changed",
    "confirm_alert_address": "alert_settings.address_confirmed",
    "renew_alert_webhook_secret": "alert_settings.webhook_secret_renewed",
    "send_test_alert": "alert_settings.tested",
    "run_outreach_import": "outreach_campaign.recipients_added",
}
NOTHING_OF_AN_ORGANIZATION = {
    "forgot_password": "asks for a mail, and nobody is known yet",
    "look_up_invitation": "reads",
    "start_identity_sign_in": "begins a sign-in; the session that it makes is recorded",
    "discover_servers": "asks the world's servers and stores nothing",
    "test_mailbox": "tries and stores nothing",
    "test_connection": "a proof of life, kept with the connection",
    "contact_support": "from somebody who is not signed in",
    "mark_support_request_answered": "the operator's, who stands outside of organizations",
    "check_provider_app": "the operator's, who stands outside of organizations",
    "run_quick_diagnosis": "reads and compares",
    "preview_alert_rules": "computes what would have been told, and stores nothing",
    "refresh_billing": "reads what Stripe says",
    "open_billing_portal": "leads to Stripe, which keeps a record of its own",
}


@pytest.fixture(scope="module")
def writing() -> dict[str, APIRoute]:
    @asynccontextmanager
    async def nothing(_: FastAPI):
        yield

    routes = api_routes(build(nothing).routes)
    return {one.name: one for one in routes if one.include_in_schema and set(one.methods or ()) - READING}


def records_plainly(dependant: Any) -> bool:
    found: Iterator[bool] = (
        getattr(one.call, "recorded", False) or records_plainly(one) for one in dependant.dependencies
    )
    return any(found)


def test_every_writing_operation_leaves_a_row_or_is_excused(writing: dict[str, APIRoute]) -> None:
    covered = {name for name, route in writing.items() if records_plainly(route.dependant)}
    excused = {*UNRECORDED, *BY_THEMSELVES, *NOTHING_OF_AN_ORGANIZATION}
    assert set(writing) - covered - excused == set()


def test_excuses_and_names_are_of_operations_that_there_are(writing: dict[str, APIRoute]) -> None:
    assert {*UNRECORDED, *NAMED, *BY_THEMSELVES, *NOTHING_OF_AN_ORGANIZATION} - set(writing) == set()
    assert all([*UNRECORDED.values(), *NOTHING_OF_AN_ORGANIZATION.values()])


async def test_a_route_that_says_nothing_is_recorded_plainly(owner: Browser, runtime: Runtime) -> None:
    made = await owner.post("/v1/diagnostics/support-bundle", {})
    assert made.status_code == 201, made.text
    assert (await owner.delete(f"/v1/diagnostics/support-bundle/{made.json()['id']}")).status_code == 204
    created, deleted = (await audit_rows(runtime, owner))[-2:]
    assert (created.action, deleted.action) == ("support_bundle.created", "support_bundle.deleted")
    assert (deleted.target_kind, f"sup_{deleted.target_id.hex if deleted.target_id else ''}") == (
        "bundle",
        made.json()["id"],
    )


async def test_what_is_recorded_in_full_is_not_recorded_plainly_too(owner: Browser, runtime: Runtime) -> None:
    before = len(await audit_rows(runtime, owner))
    await invite(owner, "kim@example.com")
    assert len(await audit_rows(runtime, owner)) == before + 1


async def test_those_that_write_by_themselves_do(
    runtime: Runtime, owner: Browser, new_client: NewClient, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    kim = await join(runtime, owner, new_client)
    await kim.post("/v1/auth/sign-out")
    await new_client().post("/v1/auth/sign-in", json={"email": "kim@example.com", "password": PASSWORD})
    await new_client().post("/v1/auth/forgot-password", json={"email": "kim@example.com"})
    token = await newest_token(runtime, "kim@example.com")
    body = {"token": token, "password": "another long phrase of words"}
    answer = await new_client().post("/v1/auth/reset-password", json=body)
    assert answer.status_code < 300, answer.text
    told = [(one.action, one.actor_label) for one in await audit_rows(runtime, owner)]
    assert [action for action, who in told if who == "Kim <kim@example.com>"] == [
        "member.joined",
        "session.started",
        "session.ended",
        "session.started",
        "account.password_reset",
    ]
