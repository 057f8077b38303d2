"""What a report means, whom it is believed of, and how often a mailbox is read."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.providers.incoming_keap import Record
from mailwarden.sending.models import Message
from mailwarden.sending.receiving.keap import record_of
from mailwarden.sending.receiving.rules import (
    RARELY,
    Ours,
    bounced_recipient,
    complaining_recipients,
    judged,
    look_back_to,
    read_every,
    replying_recipient,
    status_of,
)
from mailwarden.sending.receiving.words import Complaint, Report, Verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE, FIRST, SECOND = uuid4(), uuid4(), uuid4()
OURS = Ours(uuid4(), HERE, {"a@x.test": FIRST, "b@x.test": SECOND})
ALONE = Ours(uuid4(), HERE, {"a@x.test": FIRST})
WORDS = st.text(max_size=60) | st.sampled_from(
    ["550 user unknown", "550 5.1.1 no such user", "552 5.2.2 full", "451 4.7.1 try later", "5.1.2.3", "999 9.9.9"]
)
ACTIONS = st.sampled_from(["", "failed", "delayed", "delivered", "relayed", "expanded"])
REPORTS = st.builds(Report, st.none() | WORDS, st.none() | WORDS, ACTIONS, WORDS, WORDS)


@pytest.mark.parametrize(
    ("status", "diagnostic", "verdict", "code"),
    [
        ("5.1.1", "smtp; 550 5.1.1 no such user", Verdict.HARD, "5.1.1"),
        ("5.1.10", "smtp; 556 null MX", Verdict.HARD, "5.1.10"),
        ("5.4.4", "X-Postfix; Host or domain name not found", Verdict.HARD, "5.4.4"),
        ("5.0.0", "smtp; 550 5.1.1 unknown", Verdict.HARD, "5.1.1"),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied", Verdict.HARD, "5.4.1"),
        ("5.4.1", "no answer from host", Verdict.SOFT, "5.4.1"),
        ("5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable", Verdict.HARD, "5.5.0"),
        ("", "smtp; 550 unknown user", Verdict.HARD, "550"),
        ("", "smtp; 550 you are blocked: unknown user", Verdict.SOFT, "550"),
        ("5.1.0", "550 5.1.0 sender rejected, address unknown", Verdict.SOFT, "5.1.0"),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", Verdict.SOFT, "5.2.2"),
        ("5.7.1", "smtp; 550 5.7.1 user unknown", Verdict.SOFT, "5.7.1"),
        ("5.1.8", "bad sender's system address", Verdict.SOFT, "5.1.8"),
        ("4.4.7", "smtp; delivery time expired", Verdict.SOFT, "4.4.7"),
        ("4.0.0", "smtp; 550 5.1.1 no such user", Verdict.SOFT, "4.0.0"),
        ("garbled", "", Verdict.SOFT, ""),
    ],
)
def test_hard_only_what_names_no_recipient(status, diagnostic, verdict, code):
    said = judged(Report("a@x.test", action="failed", status=status, diagnostic=diagnostic))
    assert (said.verdict, said.code) == (verdict, code)


@given(REPORTS)
def test_a_hard_bounce_needs_a_failure_of_class_five(report):
    said = judged(report)
    if said.verdict is Verdict.HARD:
        assert report.action in ("", "failed")
        assert said.code.startswith("5")


def test_an_ip_address_is_no_code():
    assert status_of(Report(None, diagnostic="host 5.1.1.7 said no")) == ""


@given(REPORTS, st.booleans())
def test_a_bounce_is_believed_only_for_whom_that_mailbox_sent_to(report, here):
    found = bounced_recipient(report, OURS, HERE if here else uuid4())
    assert found is None or (here and {report.original, report.final} & OURS.recipients.keys())


def test_what_a_forwarder_could_not_deliver_is_the_recipients():
    assert bounced_recipient(Report("elsewhere@y.test", "a@x.test"), OURS, HERE) == FIRST
    assert bounced_recipient(Report("elsewhere@y.test"), OURS, HERE) is None


def test_who_complained():
    assert complaining_recipients(Complaint("abuse", ("b@x.test",)), OURS, HERE) == (SECOND,)
    assert complaining_recipients(Complaint("abuse"), OURS, HERE) == ()
    assert complaining_recipients(Complaint("abuse"), ALONE, HERE) == (FIRST,)
    assert complaining_recipients(Complaint("abuse", ("other@x.test",)), ALONE, HERE) == ()
    assert complaining_recipients(Complaint("abuse"), ALONE, uuid4()) == ()


def test_who_answers():
    assert replying_recipient("b@x.test", OURS) == SECOND
    assert replying_recipient("private@y.test", OURS) is None
    assert replying_recipient("private@y.test", ALONE) == FIRST


@given(st.none() | st.timedeltas(timedelta(0), timedelta(days=400)))
def test_the_longer_nothing_was_sent_the_seldomer_we_look(age):
    every = read_every(None if age is None else NOW - age, NOW)
    assert timedelta(minutes=1) < every <= RARELY
    later = read_every(None if age is None else NOW - age - timedelta(days=1), NOW)
    assert later >= every


def test_how_far_back_mail_is_listed_anew():
    assert look_back_to(NOW - timedelta(minutes=5), NOW, NOW) == NOW - timedelta(minutes=65)
    assert look_back_to(None, NOW, NOW) == NOW - timedelta(hours=1)
    away = NOW - timedelta(days=30)
    assert look_back_to(away, NOW, NOW) == away - timedelta(hours=1)  # a month without a connection loses nothing
    assert look_back_to(NOW - timedelta(days=300), NOW, NOW) == NOW - timedelta(days=45)


def test_a_record_of_keap_is_of_one_recipient() -> None:
    """Its id became known by looking for the first one's."""
    message = Message(subject="Hello", provider_id="7", sent_at=NOW)
    mine = Record("7", "a@dest.test", "Hello", NOW, NOW, None)
    other = Record("8", "b@dest.test", "Hello", NOW, None, None)
    assert record_of(message, "A@dest.test", [mine, other]) == mine
    assert record_of(message, "b@dest.test", [mine, other]) == other
    assert record_of(message, "c@dest.test", [mine, other]) is None
