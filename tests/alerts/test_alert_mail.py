"""The e-mail copy: to those who can act, at most once, with the cause and one button."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import update

from mailwarden.accounts.models import Membership, User
from mailwarden.alerts.models import AlertMail
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.mail import Mail, MailRefused, MailUnknown, SmtpMailer
from mailwarden.core.runtime import Runtime
from tests.alerts.support import alerts, break_and_tell, copies, mails, recover_and_tell
from tests.conftest import MakeConnection
from tests.fakes.smtp import smtp_relay
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine


@dataclass
class Mailer:
    """Answers each message with the next of ``outcomes``, then accepts."""

    outcomes: list[Exception] = field(default_factory=list)
    tried: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.tried.append(mail)
        if self.outcomes:
            raise self.outcomes.pop(0)


async def add_member(rt: Runtime, browser: Browser, email: str, role: str, *, proved: bool = True) -> None:
    user_id = new_id()
    proved_at = rt.clock.now() if proved else None
    async with unit_of_work(rt.sessions) as tx:
        await tx.act_as(user_id)
        tx.session.add(User(id=user_id, email=email, name="Pat", password_hash="!", email_verified_at=proved_at))
        await tx.session.flush()
        await tx.act_for(browser.org_id)
        tx.session.add(Membership(org_id=browser.org_id, user_id=user_id, role=role))


async def test_owners_and_managers_are_told_and_members_are_not(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, tmp_path: Path
) -> None:
    await add_member(runtime, owner, "manager@example.test", "manager")
    await add_member(runtime, owner, "member@example.test", "member")
    await break_and_tell(runtime, await make_connection())
    told = [mail["To"] for mail in mails(tmp_path / "mail")]
    assert sorted(told) == ["manager@example.test", "owner@example.com"]


async def test_an_address_that_was_never_proved_gets_none(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    """Whoever typed it at the sign-up: it may be a stranger's."""
    await add_member(runtime, owner, "stranger@example.test", "owner", proved=False)
    await break_and_tell(runtime, await make_connection())
    assert [copy.recipient for copy in await copies(runtime, owner.org_id)] == ["owner@example.com"]


async def test_the_mail_says_what_happened_since_when_who_must_act_and_where(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, tmp_path: Path
) -> None:
    connection = await make_connection()
    await owner.patch("/v1/organization", {"time_zone": "Asia/Kolkata"}, headers={"If-Match": '"v1"'})
    await break_and_tell(
        runtime, connection, first_failed_at="2026-11-22T09:30:00+00:00", explanation="Removed <b>there</b>."
    )
    (mail,) = mails(tmp_path / "mail")
    assert mail["Subject"] == "Integration disconnected: HubSpot – acme.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = (part.get_content() for part in mail.iter_parts())
    link = f"http://127.0.0.1:8000/integrations/hubspot?account=conn_{connection.id.hex}"
    for part in (text, html):
        assert "The app was uninstalled" in part
        assert "22 November 2026, 15:00 (Asia/Kolkata)" in part
        assert "An owner or manager of your organization" in part
        assert "401 · APP_UNINSTALLED" in part
        assert "req-7" in part
        assert "Reconnect acme.test" in part
        assert part.count(link) == 1
    assert "Removed &lt;b&gt;there&lt;/b&gt;." in html


async def test_a_recovery_is_mailed_too(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, tmp_path: Path
) -> None:
    connection = await make_connection()
    await recover_and_tell(runtime, connection, await break_and_tell(runtime, connection))
    subjects = {mail["Subject"] for mail in mails(tmp_path / "mail")}
    assert "Integration works again: HubSpot – acme.test" in subjects


@pytest.mark.parametrize(
    "label", ["a\r\nBcc: evil@example.com", "=?utf-8?q?a=0d=0aBcc:_evil@example.com?=", "x" * 500, "\x00\u2028"]
)
async def test_a_hostile_account_name_is_told_harmlessly(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, tmp_path: Path, label: str
) -> None:
    await break_and_tell(runtime, await make_connection(), account_label=label.replace("\x00", ""))
    (mail,) = mails(tmp_path / "mail")
    assert mail["Bcc"] is None
    assert [copy.state for copy in await copies(runtime, owner.org_id)] == ["sent"]


async def test_a_real_relay_gets_it_once(runtime: Runtime, owner: Browser, make_connection: MakeConnection) -> None:
    async with smtp_relay() as relay:
        mailer = SmtpMailer("127.0.0.1", relay.port, None, None, start_tls=False)
        await break_and_tell(replace(runtime, mailer=mailer), await make_connection())
    assert [one.recipients for one in relay.delivered] == [["owner@example.com"]]


async def test_a_refusal_is_tried_again_until_it_is_accepted(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    mailer = Mailer([MailRefused("421"), MailRefused("421")])
    rt = replace(runtime, mailer=mailer)
    await break_and_tell(rt, await make_connection())
    assert [copy.state for copy in await copies(runtime, owner.org_id)] == ["queued"]
    for _ in range(3):
        await time_machine.advance(900)
        await drain(rt)
    (copy,) = await copies(runtime, owner.org_id)
    assert (copy.state, len(mailer.tried)) == ("sent", 3)
    assert {mail.message_id for mail in mailer.tried} == {copy.message_id}


async def test_endless_refusals_end_as_failed(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    mailer = Mailer([MailRefused("550")] * 100)
    rt = replace(runtime, mailer=mailer)
    await break_and_tell(rt, await make_connection())
    for _ in range(30):
        await time_machine.advance(900)
        await drain(rt)
    broken = (await alerts(runtime, owner.org_id))[0]  # its syncs fail, too, which is another alert
    (copy,) = [one for one in await copies(runtime, owner.org_id) if one.alert_id == broken.id]
    tried = [mail for mail in mailer.tried if mail.message_id == copy.message_id]
    assert (copy.state, copy.error, len(tried)) == ("failed", "550", 24)
    (alert,) = (await owner.get("/v1/alerts", params={"kind": broken.kind})).json()["data"]
    assert alert["mailed_to"] == []


async def test_an_unknown_outcome_is_never_sent_again(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    mailer = Mailer([MailUnknown("connection lost")])
    rt = replace(runtime, mailer=mailer)
    await break_and_tell(rt, await make_connection())
    await time_machine.advance(3600)
    await drain(rt)
    (copy,) = await copies(runtime, owner.org_id)
    assert (copy.state, len(mailer.tried)) == ("unknown", 1)


async def test_a_worker_that_died_while_sending_leaves_the_outcome_unknown(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    mailer = Mailer([KeyboardInterrupt()])  # type: ignore[list-item]  # ends the handler as abruptly as a test may
    rt = replace(runtime, mailer=mailer)
    connection = await make_connection()
    with pytest.raises(KeyboardInterrupt):
        await break_and_tell(rt, connection)
    assert [copy.state for copy in await copies(runtime, owner.org_id)] == ["sending"]
    await time_machine.advance(61)
    await drain(rt)
    (copy,) = await copies(runtime, owner.org_id)
    assert (copy.state, copy.error, len(mailer.tried)) == ("unknown", "interrupted while sending", 1)


async def test_an_address_that_plain_mail_cannot_reach_fails_alone(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    await add_member(runtime, owner, "jörg@example.test", "manager")
    await break_and_tell(runtime, await make_connection())
    states = {copy.recipient: copy.state for copy in await copies(runtime, owner.org_id)}
    assert states == {"owner@example.com": "sent", "jörg@example.test": "failed"}
    assert len(await alerts(runtime, owner.org_id)) == 1


async def test_what_happened_on_the_wire_is_kept_though_the_lease_was_lost(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    @dataclass
    class Slow:
        async def send(self, _: Mail) -> None:
            await time_machine.advance(61)
            async with unit_of_work(runtime.sessions, owner.org_id) as tx:
                await tx.session.execute(update(AlertMail).values(state="unknown", error="interrupted while sending"))

    await break_and_tell(replace(runtime, mailer=Slow()), await make_connection())
    (copy,) = await copies(runtime, owner.org_id)
    assert (copy.state, copy.error) == ("sent", None)
