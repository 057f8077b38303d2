"""The letters themselves, in the shape that each kind of server gives them (RFC 3464, 5965, 3834)."""

import email.parser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

# Of each kind: status, the server's words, and whether it has given up.
REASONS: Mapping[str, tuple[str, str, bool]] = {
    "bounce-hard": ("5.1.1", "550 5.1.1 The email account that you tried to reach does not exist", True),
    "bounce-soft": ("4.4.1", "451 4.4.1 Connection timed out; retry time exceeded", True),
    "bounce-full": ("5.2.2", "552 5.2.2 The mailbox is full", True),
    "bounce-policy": ("5.7.1", "550 5.7.1 Message rejected as spam by content filtering", True),
    "bounce-delay": ("4.4.1", "451 4.4.1 Connection timed out", False),
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """``head``: the header lines of the mail that this is about; ``to`` its sender; ``number`` makes it unique."""

    to: str
    recipient: str
    head: str
    number: int
    at: float

    @property
    def host(self) -> str:
        return f"mx.{self.recipient.rpartition('@')[2]}"

    @property
    def date(self) -> str:
        return format_datetime(datetime.fromtimestamp(int(self.at), UTC))

    @property
    def message_id(self) -> str:
        return f"<back-{self.number}.{int(self.at)}@{self.host}>"

    def of(self, name: str) -> str:
        return header(self.head.encode(), name)

    @property
    def headers(self) -> str:
        """Ready to stand in a text of plain line ends."""
        return self.head.replace("\r\n", "\n").strip("\n") + "\n"


def header(head: bytes, name: str) -> str:
    value = email.parser.BytesHeaderParser().parsebytes(head + b"\r\n\r\n").get(name, "")
    return " ".join(str(value).split())


def _report(one: Occasion, kind: str, subject: str, sender: str, words: str, more: str = "") -> str:
    status, said, failed = REASONS[kind]
    line = f"report-{one.number}/{one.host}"
    action = "failed" if failed else "delayed"
    return f"""
Return-Path: <>
Date: {one.date}
From: {sender}
To: {one.to}
Subject: {subject}
Message-ID: {one.message_id}
Auto-Submitted: auto-replied
{more}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="{line}"

This is a MIME-encapsulated message.

--{line}
Content-Type: text/plain; charset=utf-8

{words}

<{one.recipient}>: host {one.host}[192.0.2.25] said: {said}

--{line}
Content-Type: message/delivery-status

Reporting-MTA: dns; {one.host}
Arrival-Date: {one.date}

Final-Recipient: rfc822; {one.recipient}
Original-Recipient: rfc822;{one.recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; {one.host}
Diagnostic-Code: smtp; {said}

--{line}
Content-Type: text/rfc822-headers

{one.headers}
--{line}--
"""


def postfix(one: Occasion, kind: str) -> str:
    subject = "Undelivered Mail Returned to Sender" if REASONS[kind][2] else "Delayed Mail (still being retried)"
    sender = f"Mail Delivery System <MAILER-DAEMON@{one.host}>"
    return _report(one, kind, subject, sender, f"This is the mail system at host {one.host}.")


def gmail(one: Occasion, kind: str) -> str:
    more = f"X-Failed-Recipients: {one.recipient}\nIn-Reply-To: {one.of('Message-ID')}\n"
    more += f"References: {one.of('Message-ID')}\n"
    sender = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    words = f"Your message wasn't delivered to {one.recipient}."
    return _report(one, kind, "Delivery Status Notification (Failure)", sender, words, more)


def exchange(one: Occasion, kind: str) -> str:
    sender = f"Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{one.host}>"
    words = "Delivery has failed to these recipients or groups:"
    return _report(
        one, kind, f"Undeliverable: {one.of('Subject')}", sender, words, f"In-Reply-To: {one.of('Message-ID')}\n"
    )


def qmail(one: Occasion, kind: str) -> str:
    status, said, _ = REASONS[kind]
    return f"""
Return-Path: <>
Date: {one.date}
From: MAILER-DAEMON@{one.host}
To: {one.to}
Subject: failure notice
Message-ID: {one.message_id}

Hi. This is the qmail-send program at {one.host}.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{one.recipient}>:
192.0.2.25 failed after I sent the message.
Remote host said: {said} (#{status})

--- Below this line is a copy of the message.

{one.headers}
"""


def exim(one: Occasion, kind: str) -> str:
    _, said, failed = REASONS[kind]
    subject = (
        "Mail delivery failed: returning message to sender" if failed else f"Warning: message {one.number} delayed"
    )
    words = "could not be delivered to one or more of its\nrecipients. This is a permanent error."
    if not failed:
        words = "has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue."
    return f"""
Return-path: <>
Date: {one.date}
From: Mail Delivery System <Mailer-Daemon@{one.host}>
To: {one.to}
X-Failed-Recipients: {one.recipient}
Auto-Submitted: auto-replied
Subject: {subject}
Message-ID: {one.message_id}

This message was created automatically by mail delivery software.

A message that you sent {words}

  {one.recipient}
    host {one.host} [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<{one.recipient}>:
    {said}

------ This is a copy of the message's headers. ------

{one.headers}
"""


def complaint(one: Occasion) -> str:
    line = f"feedback-{one.number}"
    return f"""
Date: {one.date}
From: Feedback <feedback@{one.host}>
To: {one.to}
Subject: FW: {one.of("Subject")}
Message-ID: {one.message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
	boundary="{line}"

--{line}
Content-Type: text/plain

This is an email abuse report for an email message received on {one.date}.

--{line}
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Sandbox/1.0
Version: 1
Original-Rcpt-To: <{one.recipient}>
Arrival-Date: {one.date}

--{line}
Content-Type: message/rfc822

{one.headers}
--{line}--
"""


def _answer(one: Occasion, subject: str, more: str, words: str) -> str:
    return f"""
Date: {one.date}
From: <{one.recipient}>
To: {one.to}
Subject: {subject}
Message-ID: {one.message_id}
In-Reply-To: {one.of("Message-ID")}
References: {one.of("References")} {one.of("Message-ID")}
{more}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{words}
"""


def autoreply(one: Occasion) -> str:
    more = "Auto-Submitted: auto-replied (vacation)\nX-Autoreply: yes\n"
    return _answer(one, f"Out of office: {one.of('Subject')}", more, "I am back on Monday.")


def reply(one: Occasion) -> str:
    return _answer(one, f"Re: {one.of('Subject')}", "", "Thank you, tell me more.")


BOUNCES: Mapping[str, Callable[[Occasion, str], str]] = {
    "postfix": postfix,
    "gmail": gmail,
    "exchange": exchange,
    "qmail": qmail,
    "exim": exim,
}
ANSWERS: Mapping[str, Callable[[Occasion], str]] = {"complaint": complaint, "autoreply": autoreply, "reply": reply}
