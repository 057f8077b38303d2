"""Which kind of mail it is, and what a report says of whom."""

import pytest

from mailwarden.sending.receiving.kinds import needs_body, read
from mailwarden.sending.receiving.rules import judged
from mailwarden.sending.receiving.words import Complaint, Kind, Verdict
from tests.sending.receiving import written
from tests.sending.receiving.written import ID, YOU, answer, arf, block, dsn, wire

OTHER = wire("From: a@b.test\nSubject: News\nList-Id: <news.b.test>\n\nHello\n")


def head_of(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_a_report_tells_of_each_recipient():
    found = read(dsn(more=block("second@dest.test", "4.2.2")))
    assert (found.kind, found.ids) == (Kind.BOUNCE, (ID,))
    assert [(one.final, one.status) for one in found.reports] == [(YOU, "5.1.1"), ("second@dest.test", "4.2.2")]
    assert [judged(one).verdict for one in found.reports] == [Verdict.HARD, Verdict.SOFT]


@pytest.mark.parametrize(
    ("raw", "verdict", "code"),
    [
        (written.QMAIL, Verdict.HARD, "5.1.1"),
        (written.EXIM, Verdict.HARD, "5.0.0"),
        (written.EXIM_WARNING, Verdict.DELAYED, ""),
        (written.GATEWAY, Verdict.HARD, "5.1.0"),
        (written.FULL, Verdict.SOFT, "5.2.2"),
    ],
)
def test_bounces_that_are_written_for_people(raw, verdict, code):
    found = read(raw)
    assert (found.kind, found.ids) == (Kind.BOUNCE, (ID,))
    (report,) = found.reports
    said = judged(report)
    assert (report.final, said.verdict, said.code) == (YOU, verdict, code)
    assert needs_body(head_of(raw))


@pytest.mark.parametrize("you", [YOU, None])
def test_complaints(you):
    found = read(arf(you=you))
    assert (found.kind, found.ids) == (Kind.COMPLAINT, (ID,))
    assert found.complaint == Complaint("abuse", (YOU,) if you else ())


def test_a_reply_is_known_by_what_it_answers():
    found = read(written.REPLY)
    assert (found.kind, found.sender, found.own_id) == (Kind.REPLY, YOU, "<answer@dest.test>")
    assert found.ids == (ID, "<m0@mailwarden.test>")
    assert not needs_body(head_of(written.REPLY))
    assert read(head_of(written.REPLY)) == found


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (answer(Auto_Submitted="auto-replied; owner-email=you@dest.test"), "auto-submitted"),
        (answer(Auto_Submitted="no"), ""),
        (answer(Precedence="auto_reply"), "precedence"),
        (answer(Precedence="bulk"), "precedence"),
        (answer(Precedence="list"), ""),
        (answer(X_Autoreply="yes"), "x-autoreply"),
        (answer(X_Autorespond="Re"), "x-autorespond"),
        (answer(Return_Path="<>"), "return-path"),
        (answer(Return_Path="<you@dest.test>"), ""),
        (answer(Subject="Automatische Antwort: hi"), "subject"),
        (answer(Subject="=?utf-8?q?R=C3=A9ponse_automatique_=3A_hi?="), "subject"),
        (answer(Subject="Automatic gates for your office"), ""),
        (answer(Content_Type="multipart/report; report-type=disposition-notification; boundary=b"), "receipt"),
    ],
)
def test_programs_that_answer_for_people(raw, reason):
    found = read(raw)
    assert (found.kind, found.reason) == (Kind.AUTO_REPLY if reason else Kind.REPLY, reason)


def test_all_else():
    assert read(OTHER).kind is Kind.OTHER
    assert not needs_body(head_of(OTHER))


def test_a_bounce_that_somebody_forwards_is_none():
    inside = dsn().decode()
    raw = (
        f"From: {YOU}\r\nTo: me@x.test\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="outer"\r\n\r\n--outer\r\nContent-Type: text/plain\r\n\r\nlook\r\n'
        f"--outer\r\nContent-Type: message/rfc822\r\n\r\n{inside}\r\n--outer--\r\n"
    )
    assert read(raw.encode()).kind is Kind.OTHER


def test_a_person_who_quotes_a_bounce_writes_none():
    raw = written.QMAIL.replace(b"Return-Path: <>\r\n", b"", 1).replace(b"MAILER-DAEMON", b"somebody")
    assert read(raw).kind is Kind.OTHER


def test_the_id_that_recipients_saw_and_our_own():
    returned = f"Message-ID: <CA+seen@mail.gmail.com>\nX-Google-Original-Message-ID: {ID}\n"
    assert read(dsn(returned=returned)).ids == ("<CA+seen@mail.gmail.com>", ID)


def test_internationalized_reports():
    """RFC 6533: other types, and a recipient in UTF-8."""
    raw = dsn().replace(b"message/delivery-status", b"message/global-delivery-status")
    found = read(raw.replace(b"text/rfc822-headers", b"message/global-headers"))
    assert (found.kind, found.ids, found.reports[0].final) == (Kind.BOUNCE, (ID,), YOU)


def test_a_forgotten_line_between_mail_and_recipient():
    raw = dsn().replace(b"(UTC)\r\n\r\nFinal-Recipient", b"(UTC)\r\nFinal-Recipient")
    assert [one.final for one in read(raw).reports] == [YOU]
