"""Settings of a slot: typed, with defaults and units, changed by one person at a time."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.html import clean_signature, text_of
from mailwarden.mailboxes.settings import DEFAULTS, MailboxSettings, MailboxUpdate, changed_from_defaults, merged
from tests.conftest import MakeConnection
from tests.mailboxes.steps import OURS, become, change, link, mailbox
from tests.support.browser import Browser
from tests.support.replies import Replies


async def test_everything_has_a_default(owner: Browser, replies: Replies) -> None:
    await link(owner, replies, 1)
    told = await mailbox(owner)
    assert told["settings"] == told["defaults"] == DEFAULTS.model_dump(mode="json")
    assert (told["settings"]["send_interval_s"], told["settings"]["daily_limit"]) == (60, 200)


async def test_only_what_is_given_changes_and_null_is_the_default_again(owner: Browser, replies: Replies) -> None:
    await link(owner, replies, 1)
    told = await change(owner, **OURS)
    assert told["settings"].items() >= OURS.items()
    assert told["changed_settings"] == sorted(OURS)
    told = await change(owner, daily_limit=None, sender_name="Sam")
    assert (told["settings"]["daily_limit"], told["settings"]["sender_name"]) == (200, "Sam")
    assert told["settings"]["send_interval_s"] == 90
    assert "daily_limit" not in told["changed_settings"]


async def test_no_change_is_no_new_version(owner: Browser, replies: Replies) -> None:
    await link(owner, replies, 1)
    first = await change(owner, daily_limit=50)
    again = await change(owner, daily_limit=50)
    assert first["settings_version"] == again["settings_version"]


async def test_of_an_older_state_are_refused(owner: Browser, replies: Replies) -> None:
    await link(owner, replies, 1)
    old = await mailbox(owner)
    await change(owner, daily_limit=50)
    path = f"/v1/mailboxes/{old['id']}"
    late = await owner.patch(path, {"daily_limit": 60}, headers={"If-Match": old["etag"]})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert (await owner.patch(path, {"daily_limit": 60})).status_code == 428
    assert (await mailbox(owner))["settings"]["daily_limit"] == 50


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"daily_limit": 0}, "#/daily_limit"),
        ({"send_interval_s": 5}, "#/send_interval_s"),
        ({"sender_name": "Pat\r\nBcc: all@example.com"}, "#/sender_name"),
        ({"working_days": []}, "#/working_days"),
        ({"working_days": ["someday"]}, "#/working_days/0"),
        ({"working_from": "25:00"}, "#/working_from"),
        ({"working_from": "19:00"}, "#/working_until"),
        ({"time_zone": "Europe/Nowhere"}, "#/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "#/time_zone"),
        ({"signature_html": "x" * 20_001}, "#/signature_html"),
        ({"speed": 1}, "#/speed"),
    ],
)
async def test_what_does_not_fit_is_named(
    owner: Browser, replies: Replies, wrong: dict[str, Any], pointer: str
) -> None:
    await link(owner, replies, 1)
    slot = await mailbox(owner)
    answer = await owner.patch(f"/v1/mailboxes/{slot['id']}", wrong, headers={"If-Match": slot["etag"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_an_empty_slot_has_no_settings_to_change(owner: Browser, replies: Replies) -> None:
    await owner.delete(f"/v1/connections/{await link(owner, replies, 1)}")
    slot = await mailbox(owner)
    assert (slot["status"], slot["label"], [one["code"] for one in slot["actions"]]) == ("empty", "Empty", ["connect"])
    answer = await owner.patch(f"/v1/mailboxes/{slot['id']}", {"daily_limit": 9}, headers={"If-Match": slot["etag"]})
    assert answer.status_code == 409


EVIL = [
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java&#10;script:alert(1)">x</a>',
    '<img src="data:text/html,x">',
    '<p style="background:url(https://tracker.example/x)">x</p>',
    "<iframe src='https://x.example'></iframe>",
    "<form action='https://x.example'><input name='password'></form>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<style>@import 'https://x.example'</style>",
    "<base href='https://x.example'><meta http-equiv='refresh' content='0'>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
]


ACTS = ("script", "onerror", "data:", "url(", "iframe", "<form", "<input", "@import", "<base", "<meta", "<!--")


@pytest.mark.parametrize("html", EVIL)
def test_nothing_that_acts_stays_in_a_signature(html: str) -> None:
    kept = clean_signature(html).lower()
    for word in (
        "script",
        "onerror",
        "data:",
        "url(",
        "iframe",
        "<form",
        "<input",
        "@import",
        "<base",
        "<meta",
        "<!--",
    ):
        assert word not in kept


def test_what_formats_stays() -> None:
    html = '<p style="color:red">Kind <b>regards</b><br><a href="https://acme.example">Acme</a></p>'
    kept = clean_signature(html)
    for part in ("<b>regards</b>", 'style="color:red"', 'href="https://acme.example"', "<br>"):
        assert part in kept
    assert text_of("<p>Tom &amp; Jerry</p>\n<p>Acme</p>") == "Tom & Jerry Acme"


@given(st.text(alphabet="<>/\"'= abcdefghijklmnopqrstuvwxyz:;!-&#0123456789()", max_size=200))
def test_cleaning_twice_changes_nothing(html: str) -> None:
    once = clean_signature(html)
    assert clean_signature(once) == once


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "daily_limit": st.integers(1, 10_000),
            "send_interval_s": st.integers(10, 3600),
            "track_opens": st.booleans(),
            "sender_name": st.sampled_from(["", "Pat", " Sam "]),
            "time_zone": st.sampled_from(["UTC", "Asia/Tokyo", None]),
        },
    )
)
def test_what_is_stored_is_what_differs_and_gives_the_same_settings(wanted: dict[str, Any]) -> None:
    settings = MailboxSettings.model_validate(wanted)
    stored = changed_from_defaults(settings)
    assert MailboxSettings.model_validate(stored) == settings
    everything_null = MailboxUpdate.model_validate(dict.fromkeys(MailboxUpdate.model_fields))
    assert merged(stored, everything_null) == {}


class TestWhoMayWhat:
    async def test_a_member_manages_the_own_mailbox_alone(
        self, owner: Browser, runtime: Runtime, replies: Replies
    ) -> None:
        await become(runtime, owner, "member")
        connection = await link(owner, replies, 1)
        assert (await mailbox(owner))["own"] is True
        assert all(one["allowed"] for one in (await mailbox(owner))["actions"])
        await change(owner, daily_limit=50)
        assert (await owner.post(f"/v1/connections/{connection}/test")).status_code == 200
        assert (await owner.post(f"/v1/connections/{connection}/reconnect", {})).status_code == 200
        assert (await owner.delete(f"/v1/connections/{connection}")).status_code == 200

    async def test_a_member_sees_but_does_not_touch_somebody_elses(
        self, owner: Browser, runtime: Runtime, replies: Replies
    ) -> None:
        connection = await link(owner, replies, 1)
        await become(runtime, owner, "member")
        await _given_to_somebody_else(runtime, owner)
        slot = await mailbox(owner)
        assert slot["own"] is False
        assert {one["allowed"] for one in slot["actions"]} == {False}
        assert "somebody else's mailbox" in slot["actions"][0]["reason"]
        for method, path, body in (
            ("PATCH", f"/v1/mailboxes/{slot['id']}", {"daily_limit": 9}),
            ("POST", f"/v1/connections/{connection}/test", None),
            ("POST", f"/v1/connections/{connection}/reconnect", {}),
            ("PATCH", f"/v1/connections/{connection}", {"sync_frequency": "daily"}),
            ("DELETE", f"/v1/connections/{connection}", None),
        ):
            answer = await owner.http.request(method, path, json=body, headers={"If-Match": slot["etag"]})
            assert (answer.status_code, answer.json()["code"]) == (403, "role_required"), path
            assert answer.json()["action"] == "ask_owner"

    @pytest.mark.parametrize("role", ["owner", "manager"])
    async def test_owners_and_managers_manage_every_mailbox(
        self, owner: Browser, runtime: Runtime, replies: Replies, role: str
    ) -> None:
        await link(owner, replies, 1)
        await become(runtime, owner, role)
        await _given_to_somebody_else(runtime, owner)
        assert all(one["allowed"] for one in (await mailbox(owner))["actions"])
        await change(owner, daily_limit=50)

    async def test_organization_connections_are_not_for_members(
        self, owner: Browser, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection(provider="klaviyo", connected_by=owner.user_id)
        await become(runtime, owner, "member")
        for method, path in (
            ("POST", "/v1/integrations/klaviyo/connect"),
            ("DELETE", f"/v1/connections/conn_{row.id.hex}"),
            ("POST", f"/v1/connections/conn_{row.id.hex}/test"),
        ):
            answer = await owner.http.request(method, path, json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "role_required"), path


async def _given_to_somebody_else(rt: Runtime, browser: Browser) -> None:
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        await tx.session.execute(text("UPDATE connections SET connected_by = :other"), {"other": new_id()})
