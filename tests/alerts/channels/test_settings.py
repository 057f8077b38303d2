"""Settings: secrets go in and never out, addresses are proved, and a test tells what came of it."""

from pathlib import Path

import pytest

from mailwarden.core.runtime import Runtime
from tests.alerts.channels.steps import PATH, QUIET, change, changed, raise_rule_alert
from tests.alerts.support import copies, mails
from tests.alerts.test_alert_mail import add_member
from tests.fakes.receiver import Receiver
from tests.support.browser import Browser
from tests.support.jobs import drain


async def test_without_any_change_there_are_defaults(owner: Browser) -> None:
    answer = await owner.get(PATH)
    told = answer.json()
    assert answer.headers["etag"] == '"v1"'
    assert (told["enabled"], told["frequency"], told["digest_hour"], told["time_zone"]) == (True, "instant", 9, "UTC")
    assert told["email"]["recipients"] == ["owner@example.com"]
    assert told["in_app"] == {"enabled": True}
    assert told["next_digest_at"] is None


async def test_a_change_needs_the_state_it_was_made_of(owner: Browser) -> None:
    assert (await owner.http.put(PATH, json=QUIET)).status_code == 428
    assert (await owner.http.put(PATH, json=QUIET, headers={"If-Match": '"v9"'})).status_code == 412
    told = await changed(owner, frequency="daily", digest_hour=17)
    assert (told["version"], told["frequency"], told["digest_hour"]) == (2, "daily", 17)
    assert (await change(owner, digest_hour=24)).status_code == 422


async def test_slacks_address_goes_in_and_never_out(owner: Browser, slack: Receiver) -> None:
    url = slack.url + "/T0/B0/verysecretpart"
    answer = await change(owner, slack={"enabled": True, "url": url})
    assert "verysecret" not in answer.text
    assert answer.json()["slack"]["hint"] == "127.0.0.1 … part"
    kept = await changed(owner, slack={"enabled": True, "url": None})
    assert kept["slack"]["configured"]
    gone = await changed(owner, slack={"enabled": True, "url": ""})
    assert (gone["slack"]["configured"], gone["slack"]["hint"]) == (False, None)
    log = (await owner.get("/v1/audit-log")).text
    assert "verysecret" not in log


@pytest.mark.parametrize(
    "url", ["https://hooks.slack.com.evil.example/x", "https://example.com/", "nonsense", "http://["]
)
async def test_only_slack_is_slack(owner: Browser, url: str) -> None:
    answer = await change(owner, slack={"enabled": True, "url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "url_not_allowed")
    assert answer.json()["errors"][0]["pointer"] == "#/slack/url"


async def test_a_webhook_may_not_lead_inside(owner: Browser) -> None:
    answer = await change(owner, webhook={"enabled": True, "url": "https://10.0.0.1/hook"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/webhook/url")


async def test_the_webhooks_secret_is_shown_when_it_is_made_and_never_again(
    runtime: Runtime, owner: Browser, receiver: Receiver
) -> None:
    assert (await changed(owner))["webhook"]["secret"] is None
    made = await changed(owner, webhook={"enabled": True, "url": receiver.url})
    secret = made["webhook"]["secret"]
    kept = await changed(owner, webhook={"enabled": True, "url": receiver.url + "/other"})
    assert (kept["webhook"]["secret"], secret in (await owner.get(PATH)).text) == (None, False)
    assert secret not in (await owner.get("/v1/audit-log")).text
    await raise_rule_alert(runtime, owner)
    await drain(runtime)
    assert [one["type"] for one in receiver.verified(secret)] == ["alert.raised"]


async def test_another_address_of_the_webhook_stands_in_the_audit_log(owner: Browser, receiver: Receiver) -> None:
    for place in ("/one", "/secretpart-two"):
        await changed(owner, webhook={"enabled": True, "url": receiver.url + place})
    log = (await owner.get("/v1/audit-log")).json()["data"]
    latest = next(one for one in log if one["action"] == "alert_settings.changed")
    assert (latest["before"]["webhook_hint"], latest["after"]["webhook_hint"]) == (
        "127.0.0.1 … /one",
        "127.0.0.1 … -two",
    )
    assert "secretpart" not in str(log)


async def test_a_strangers_address_gets_alerts_only_with_its_code(
    runtime: Runtime, owner: Browser, tmp_path: Path
) -> None:
    told = await changed(owner, email={"address": "ops@example.net"})
    assert (told["email"]["address"], told["email"]["pending_address"]) == (None, "ops@example.net")
    await drain(runtime)
    (mail,) = [one for one in mails(tmp_path / "mail") if one["To"] == "ops@example.net"]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    code = text.partition("Settings > Alerts: ")[2][:8]
    await raise_rule_alert(runtime, owner)
    assert [one.recipient for one in await copies(runtime, owner.org_id)] == ["owner@example.com"]
    wrong = await owner.post(f"{PATH}/confirm-address", {"code": "AAAAAAAA"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code")
    answer = await owner.post(f"{PATH}/confirm-address", {"code": code.lower()})
    assert answer.json()["email"]["recipients"] == ["ops@example.net"]
    assert (await owner.post(f"{PATH}/confirm-address", {"code": code})).status_code == 422
    await raise_rule_alert(runtime, owner)
    assert (await copies(runtime, owner.org_id))[0].recipient == "ops@example.net"


async def test_a_managers_proved_address_needs_no_code(runtime: Runtime, owner: Browser) -> None:
    await add_member(runtime, owner, "manager@example.net", "manager")
    told = await changed(owner, email={"address": "manager@example.net"})
    assert (told["email"]["address"], told["email"]["pending_address"]) == ("manager@example.net", None)
    assert (await changed(owner))["email"]["address"] is None


async def test_codes_are_not_mailed_without_end(owner: Browser) -> None:
    for number in range(10):
        assert (await change(owner, email={"address": f"a{number}@example.net"})).status_code == 200
    assert (await change(owner, email={"address": "one@example.net"})).status_code == 429


async def test_a_test_goes_through_every_channel_and_tells_what_came_of_it(
    owner: Browser, slack: Receiver, receiver: Receiver, tmp_path: Path
) -> None:
    await changed(owner, slack={"enabled": True, "url": slack.url}, webhook={"enabled": True, "url": receiver.url})
    receiver.always(503)
    answer = await owner.post(f"{PATH}/test")
    assert answer.status_code == 200, answer.text
    results = {one["channel"]: one for one in answer.json()["results"]}
    assert {name: one["result"] for name, one in results.items()} == {
        "in_app": "sent",
        "email": "sent",
        "slack": "sent",
        "webhook": "failed",
    }
    assert results["email"]["target"] == "owner@example.com"
    assert (results["webhook"]["http_status"], results["webhook"]["detail"]) == (503, "http_status")
    assert "alert_settings.tested" in (await owner.get("/v1/audit-log")).text
    assert [mail["Subject"] for mail in mails(tmp_path / "mail")] == ["Test alert"]
    assert (await owner.get("/v1/alerts")).json()["data"][0]["kind"] == "test"


async def test_a_test_says_what_is_off(owner: Browser) -> None:
    await changed(owner, email={"enabled": False})
    results = (await owner.post(f"{PATH}/test")).json()["results"]
    assert {one["channel"]: one["result"] for one in results} == {
        "in_app": "sent",
        "email": "off",
        "slack": "off",
        "webhook": "off",
    }
