"""Anybody may write to a connected mailbox: nothing of it may raise, hang, or leave what a database refuses."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwarden.sending.receiving.kinds import needs_body, read
from mailwarden.sending.receiving.rules import judged
from mailwarden.sending.receiving.words import Kind
from tests.sending.receiving import written
from tests.sending.receiving.written import arf, dsn

PATIENCE_S = 5.0  # of a busy machine; alone each takes well under a second


def nested(depth: int, kind: str = "multipart/mixed") -> bytes:
    opening = "".join(f'Content-Type: {kind}; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return f"From: MAILER-DAEMON@x.test\nReturn-Path: <>\n{opening}Content-Type: text/plain\n\nx\n".encode()


HUGE = {
    "one line": b"Return-Path: <>\nSubject: " + b"x" * 5_000_000,
    "open brackets": b"From: MAILER-DAEMON@x.test\nContent-Type: text/html\n\n" + b"<" * 500_000,
    "ats": b"From: MAILER-DAEMON@x.test\nX-Failed-Recipients: " + b"@" * 400_000 + b"\n\n" + b"a@" * 200_000,
    "ids": b"References: " + b"<a@b>" * 90_000 + b"\n\n",
    "headers": b"a: b\n" * 200_000,
    "parts": b'Content-Type: multipart/report; boundary="b"\n\n' + b"--b\n\n" * 150_000,
    "line ends": b"Return-Path: <>\nContent-Type: multipart/report; boundary=b\n\n" + b"\r" * 2_000_000,
    "nested": nested(3000),
    "nested mails": nested(3000, "message/rfc822"),
    "digests": nested(3000, "multipart/digest"),
    "deep enough": nested(20) + b"--b1\n" * 30_000,
    "blocks": dsn(more="\nFinal-Recipient: rfc822; a@b.test\n" * 20_000),
    "words": b"From: MAILER-DAEMON@x.test\nSubject: =?utf-8?q?" + b"=3D" * 100_000 + b"?=\n\nuser " + b"a " * 100_000,
    "nuls": dsn().replace(b"5.1.1", b"5.\x001.1").replace(b"user", b"us\x00er"),
}


@pytest.mark.parametrize("name", HUGE)
def test_bounded(name):
    began = time.monotonic()
    found = read(HUGE[name])
    needs_body(HUGE[name])
    assert time.monotonic() - began < PATIENCE_S
    assert len(found.reports) <= 100
    assert len(found.ids) <= 20


def test_nul_bytes_hide_nothing():
    assert judged(read(HUGE["nuls"]).reports[0]).code == "5.1.1"


BROKEN = [
    b"",
    b"\n\n",
    b"\xff\xfe\x00",
    b"Content-Type: text/plain; charset=no-such\nReturn-Path: <>\n\n\xff",
    b'Content-Type: multipart/report; report-type="=?x?="; boundary=\n\n--\n',
    b"Content-Type: text/plain; charset*=utf-8''%ff; charset*1=x\n\nx",
    b"Subject: =?utf-8?b?////?=\nSubject: =?\xff?q?=zz?=\n\n",
    b"From: \xff\xfe@\xff <\n\n",
    b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n////",
    b"Content-Type: message/feedback-report\n\n\n\n",
    b"Content-Type: text/rfc822-headers; charset=utf-16\nContent-Transfer-Encoding: uuencode\n\nbegin 644 x\n!!!\n",
    dsn().replace(b"utf-8", b"punycode").replace(b"multipart/report", b"multipart/alternative"),
]


@pytest.mark.parametrize("raw", BROKEN)
def test_broken_mails(raw):
    read(raw)
    needs_body(raw)


WHOLE = [dsn(), arf(), written.QMAIL, written.EXIM, written.REPLY, written.GATEWAY]
PIECES = st.sampled_from(
    [b"\r\n", b"\n\n", b"\0", b"--part", b"\xff", b"<", b"@", b": ", b"=?utf-8?b?AAA?=", b";", b'"']
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mails_that_were_tampered_with(data):
    raw = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(0, 12))):
        place = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(place, min(len(raw), place + 40)))
        raw[place:end] = data.draw(PIECES | st.binary(max_size=8))
    found = read(bytes(raw))
    assert found.kind in Kind
    kept = [(judged(one).code, one.final, one.original, one.diagnostic) for one in found.reports]
    written_down = json.dumps([kept, found.ids, found.sender, found.own_id, found.reason])
    assert "\\u0000" not in written_down
    assert "\\ud8" not in written_down.lower()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes(raw):
    read(raw)
    needs_body(raw)
