"""What comes back changes recipients and suppressions once, and only as far as it is to be believed."""

import pytest
from sqlalchemy import select, update

from mailwarden.core.db import reader, unit_of_work
from mailwarden.sending.models import Message, SendAttempt
from mailwarden.sending.receiving.effects import What
from mailwarden.sending.receiving.models import ReceivedMail
from tests.conftest import MakeConnection
from tests.factories import make_connection, make_organization
from tests.sending.receiving.steps import Desk, make_message
from tests.sending.receiving.written import ID, ME, YOU, answer, arf, block, dsn


def whats(desk: Desk) -> list[What]:
    return [one.what for one in desk.heard]


async def test_a_hard_bounce_ends_mail_to_that_address(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    assert await desk.take(dsn()) == 1
    one = await desk.only(message)
    assert (one.state, one.bounce_kind, one.bounce_code) == ("bounced", "hard", "5.1.1")
    assert one.bounced_at is not None
    assert "no such user" in (one.state_detail or "")
    assert "@" not in (one.state_detail or "")
    assert await desk.suppressed() == {YOU: "hard_bounce"}
    (event,) = await desk.events()
    assert (event.type, event.subject_id, event.connection_id) == ("message.bounced", message.id, desk.row.id)
    assert (event.data["bounce_kind"], event.data["code"], event.data["address"]) == ("hard", "5.1.1", YOU)
    (told,) = desk.heard
    assert (told.what, told.hard, told.code, told.message.id) == (What.BOUNCED, True, "5.1.1", message.id)
    assert told.recipient
    assert told.recipient.id == one.id
    (noted,) = await desk.noted()
    assert (noted.kind, noted.message_id, noted.recipient_id) == ("bounce", message.id, one.id)


async def test_a_soft_bounce_suppresses_nobody_and_a_hard_one_comes_on_top(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(dsn(status="5.2.2", diagnostic="smtp; 552 5.2.2 mailbox full"))
    one = await desk.only(message)
    assert (one.state, one.bounce_kind, await desk.suppressed()) == ("bounced", "soft", {})
    await desk.take(dsn(), dsn(status="4.4.1"))
    one = await desk.only(message)
    assert (one.bounce_kind, one.bounce_code) == ("hard", "5.1.1")
    assert [event.data["bounce_kind"] for event in await desk.events()] == ["soft", "hard"]
    assert len(await desk.noted()) == 3


async def test_a_delay_is_only_shown(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(dsn(action="delayed", status="4.4.1", diagnostic="smtp; 451 timed out"))
    one = await desk.only(message)
    assert (one.state, one.bounced_at, one.state_detail) == ("accepted", None, "smtp; 451 timed out")
    assert (desk.heard, await desk.events()) == ([], [])


async def test_each_recipient_for_itself(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, "Second@dest.test", "third@dest.test", rfc822_id=ID)
    await desk.take(dsn(more=block("second@dest.test", "4.2.2") + block("third@dest.test", "2.0.0", "delivered")))
    states = {address: one.bounce_kind for address, one in (await desk.recipients(message)).items()}
    assert states == {YOU: "hard", "Second@dest.test": "soft", "third@dest.test": None}
    (noted,) = await desk.noted()
    assert [one["code"] for one in noted.facts["reports"]] == ["5.1.1", "4.2.2", "2.0.0"]


@pytest.mark.parametrize(
    ("case", "noted"),
    [("another_recipient", ["other"]), ("another_mailbox", ["other"]), ("unknown_id", []), ("never_sent", [])],
)
async def test_forged_bounces(desk: Desk, new_connection: MakeConnection, case: str, noted: list[str]) -> None:
    state = "draft" if case == "never_sent" else "sent"
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID, state=state)
    row = await new_connection(provider="google") if case == "another_mailbox" else desk.row
    you = "victim@dest.test" if case == "another_recipient" else YOU
    raw = dsn(you=you, id="<guessed@mailwarden.test>" if case == "unknown_id" else ID)
    await desk.take(raw, row=row)
    assert (await desk.only(message)).state == "accepted"
    assert (await desk.suppressed(), await desk.events(), desk.heard) == ({}, [], [])
    assert [one.kind for one in await desk.noted()] == noted


async def test_another_organization_knows_nothing_of_our_ids(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    other, _ = await make_organization(desk.rt, "Other")
    stranger = Desk(desk.rt, await make_connection(desk.rt, other, provider="google"))
    assert await stranger.take(dsn()) == 0
    assert (await desk.only(message)).state == "accepted"


async def test_the_id_that_gmail_gave(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, seen_id="<CA+seen@mail.gmail.com>")
    await desk.take(dsn(returned="Message-ID: <CA+seen@mail.gmail.com>\n"))
    assert (await desk.only(message)).state == "bounced"


@pytest.mark.parametrize("you", [YOU, None])
async def test_a_complaint_ends_mail_to_that_address(desk: Desk, you: str | None) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(arf(you=you), arf(you=you))
    one = await desk.only(message)
    assert one.state == "complained"
    assert one.complained_at is not None
    assert await desk.suppressed() == {YOU: "complaint"}
    assert [event.type for event in await desk.events()] == ["message.complained"]
    assert whats(desk) == [What.COMPLAINED]


@pytest.mark.parametrize(("type", "you"), [("not-spam", YOU), ("auth-failure", YOU), ("abuse", "else@dest.test")])
async def test_reports_that_are_no_complaint_of_a_recipient(desk: Desk, type: str, you: str) -> None:
    await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(arf(type=type, you=you))
    assert (await desk.suppressed(), desk.heard) == ({}, [])
    assert [one.kind for one in await desk.noted()] == ["other"]


async def test_a_complaint_among_several_recipients_is_nobodys(desk: Desk) -> None:
    await make_message(desk.rt, desk.row, YOU, "second@dest.test", rfc822_id=ID)
    await desk.take(arf(you=None))
    assert await desk.suppressed() == {}


async def test_only_the_first_reply_is_news(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(answer(), answer(Message_ID="<second@dest.test>"))
    assert (await desk.only(message)).replied_at is not None
    assert [event.type for event in await desk.events()] == ["message.replied"]
    assert whats(desk) == [What.REPLIED]
    assert [one.kind for one in await desk.noted()] == ["reply", "reply"]


async def test_a_program_that_answers_is_no_reply(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(answer(Auto_Submitted="auto-replied"))
    assert (await desk.only(message)).replied_at is None
    assert (await desk.events(), whats(desk)) == ([], [What.AUTO_REPLIED])
    (noted,) = await desk.noted()
    assert (noted.kind, noted.facts["reason"]) == ("auto_reply", "auto-submitted")


async def test_what_we_send_into_a_thread_is_no_reply(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await make_message(desk.rt, desk.row, YOU, rfc822_id="<answer@dest.test>", in_reply_to=ID)
    await desk.take(answer())
    await desk.take(answer().replace(b"<answer@dest.test>", b"<x@y.test>").replace(YOU.upper().encode(), ME.encode()))
    assert (await desk.only(message)).replied_at is None
    assert (desk.heard, await desk.noted()) == ([], [])


async def test_the_nearest_message_of_a_thread_is_answered(desk: Desk) -> None:
    first = await make_message(desk.rt, desk.row, YOU, rfc822_id="<m0@mailwarden.test>")
    second = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(answer())
    assert [(await desk.only(one)).replied_at is not None for one in (first, second)] == [False, True]


async def test_a_reply_from_elsewhere(desk: Desk, new_connection: MakeConnection) -> None:
    """By another address it counts where one person was written to; in another mailbox only by the recipient's own."""
    message = await make_message(desk.rt, desk.row, "somebody@dest.test", rfc822_id=ID)
    other = await new_connection(provider="google", account_label="colleague@harbor-books.test")
    assert await desk.take(answer(), row=other) == 0
    await desk.take(answer())
    assert (await desk.only(message)).replied_at is not None


async def test_of_several_recipients_a_stranger_answers(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, "a@dest.test", "b@dest.test", rfc822_id=ID)
    await desk.take(answer())
    assert [one.replied_at for one in (await desk.recipients(message)).values()] == [None, None]
    assert [one.recipient for one in desk.heard] == [None]


async def test_a_mail_that_is_read_again_does_nothing(desk: Desk) -> None:
    await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    for _ in range(2):
        await desk.take(dsn(), answer(), keys=["a", "b"])
    assert whats(desk) == [What.BOUNCED, What.REPLIED]
    assert len(await desk.noted()) == 2


async def test_a_mail_under_a_new_key_does_nothing_either(desk: Desk) -> None:
    """As after a new UIDVALIDITY, or a listing anew once the codes of old mail are forgotten."""
    await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(dsn(), answer(), arf())
    async with unit_of_work(desk.rt.sessions, desk.row.org_id) as tx:
        await tx.session.execute(update(ReceivedMail).values(provider_key=ReceivedMail.provider_key + "-old"))
    heard = len(desk.heard)
    await desk.take(dsn(), answer(), arf())
    assert (len(desk.heard), len(await desk.events())) == (heard, 3)


async def test_answers_that_change_nothing_are_told_once_too(desk: Desk) -> None:
    """Of a program, and of somebody who is none of several recipients: no column remembers them."""
    await make_message(desk.rt, desk.row, "a@dest.test", "b@dest.test", rfc822_id=ID)
    both = [answer(), answer(Auto_Submitted="auto-replied", Message_ID="<other@dest.test>")]
    assert await desk.take(*both, keys=["1/1", "1/2"]) == 2
    assert await desk.take(*both, keys=["2/1", "2/2"]) == 0
    assert whats(desk) == [What.REPLIED, What.AUTO_REPLIED]
    assert len(await desk.noted()) == 2


@pytest.mark.parametrize("raw", [dsn(), arf(), answer(), answer(Auto_Submitted="auto-replied")])
async def test_what_comes_back_proves_that_a_mail_went_out(desk: Desk, raw: bytes) -> None:
    message = await make_message(desk.rt, desk.row, YOU, rfc822_id=ID, state="unknown", sent_at=None)
    assert await desk.take(raw) == 1
    async with reader(desk.rt.sessions, desk.row.org_id) as tx:
        found = await tx.session.get_one(Message, message.id)
        attempt = (await tx.session.scalars(select(SendAttempt))).one()
    assert (found.state, found.sent_at, attempt.outcome) == ("sent", attempt.started_at, "found")


async def test_a_reply_in_the_thread_of_a_mail_whose_seen_id_is_not_known_yet(desk: Desk) -> None:
    message = await make_message(desk.rt, desk.row, YOU, provider_thread="t-1")
    stranger = answer().replace(YOU.upper().encode(), b"else@dest.test")
    assert [await desk.take(one, thread="t-1") for one in (stranger, dsn(), answer())] == [0, 0, 1]
    assert (await desk.only(message)).replied_at is not None
    assert await desk.take(answer(), thread="t-2") == 0


async def test_what_was_suppressed_before_keeps_its_reason(desk: Desk) -> None:
    await make_message(desk.rt, desk.row, YOU, rfc822_id=ID)
    await desk.take(arf(), dsn())
    assert await desk.suppressed() == {YOU: "complaint"}
    one = await desk.only(await _the_message(desk))
    assert (one.state, one.bounce_kind) == ("complained", "hard")


async def _the_message(desk: Desk) -> Message:
    return desk.heard[0].message
