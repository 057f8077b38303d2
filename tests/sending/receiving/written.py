"""Mails as servers and programs write them, for tests."""

ID = "<m1@mailwarden.test>"
ME, YOU = "me@harbor-books.test", "nobody@dest.test"
RETURNED = "From: {me}\nTo: {you}\nMessage-ID: {id}\nSubject: hi\n"


def wire(text: str) -> bytes:
    return text.lstrip("\n").replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def dsn(
    *,
    you: str = YOU,
    id: str = ID,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <nobody@dest.test> no such user here",
    more: str = "",
    returned: str | None = None,
) -> bytes:
    """Postfix. ``more``: further blocks of recipients."""
    came_back = RETURNED.format(me=ME, you=you, id=id) if returned is None else returned
    return wire(f"""
Return-Path: <>
Date: Sat, 21 Nov 2026 23:53:38 +0000 (UTC)
From: Mail Delivery System <MAILER-DAEMON@mx.dest.test>
Subject: Undelivered Mail Returned to Sender
To: {ME}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="E9E812FAB75/mx.dest.test"
Message-Id: <20261121235338.F353D2FAB79@mx.dest.test>

This is a MIME-encapsulated message.

--E9E812FAB75/mx.dest.test
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.dest.test.

<{you}>: host 192.0.2.1[192.0.2.1] said: 550 5.1.1 no such user here

--E9E812FAB75/mx.dest.test
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.dest.test
Arrival-Date: Sat, 21 Nov 2026 23:53:38 +0000 (UTC)

Final-Recipient: rfc822; {you}
Original-Recipient: rfc822;{you}
Action: {action}
Status: {status}
Remote-MTA: dns; 192.0.2.1
Diagnostic-Code: {diagnostic}
{more}
--E9E812FAB75/mx.dest.test
Content-Type: text/rfc822-headers

{came_back}
--E9E812FAB75/mx.dest.test--
""")


def block(you: str, status: str, action: str = "failed") -> str:
    return f"\nFinal-Recipient: rfc822; {you}\nAction: {action}\nStatus: {status}\n"


def arf(*, type: str = "abuse", you: str | None = YOU, id: str = ID) -> bytes:
    named = f"Original-Rcpt-To: <{you}>\n" if you else ""
    came_back = RETURNED.format(me=ME, you=you or "undisclosed", id=id)
    return wire(f"""
From: <feedback@provider.test>
Subject: FW: hi
To: {ME}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is a report of abuse.

--part
Content-Type: message/feedback-report

Feedback-Type: {type}
User-Agent: Reporter/1.0
Version: 1
{named}Arrival-Date: Sat, 21 Nov 2026 20:00:00 +0000

--part
Content-Type: message/rfc822

{came_back}
Dear reader
--part--
""")


QMAIL = wire(f"""
Return-Path: <>
From: MAILER-DAEMON@mx.dest.test
To: {ME}
Subject: failure notice

Hi. This is the qmail-send program at mx.dest.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{YOU}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{ME}>
Received: (qmail 4711 invoked from network)
From: {ME}
To: {YOU}
Message-ID: {ID}
Subject: hi

Dear <someone@else.test>
""")

EXIM = wire(f"""
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.dest.test>
To: {ME}
X-Failed-Recipients: {YOU}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {YOU}
    host mx.dest.test [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{YOU}>:
    550 User unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <{ME}>
Message-ID: {ID}
From: {ME}
""")

EXIM_WARNING = wire(f"""
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.dest.test>
To: {ME}
X-Failed-Recipients: {YOU}
Subject: Warning: message 1abc-0001 delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.dest.test.

The address to which the message has not yet been delivered is:

  {YOU}

No action is required on your part. Delivery attempts will continue for
some time.
Message-ID: {ID}
""")

GATEWAY = wire(f"""
From: Mail Delivery System <postmaster@gateway.test>
To: {ME}
Subject: Delivery Status Notification (Failure)
In-Reply-To: {ID}

The following message to <{YOU}> was undeliverable.
The reason for the problem:
5.1.0 - Unknown address error 550-'Mailbox does not exist'
""")

FULL = wire(f"""
Return-Path: <>
From: Mail Administrator <Postmaster@mx.dest.test>
To: {ME}
Subject: Mail System Error - Returned Mail
References: {ID}

This Message was undeliverable due to the following reason:
Your message could not be delivered to <{YOU}>
552 5.2.2 This message is larger than the current system limit or the mailbox is full.
""")

REPLY = wire(f"""
From: "You, yourself" <{YOU.upper()}>
To: {ME}
Subject: Re: hi
Message-ID: <answer@dest.test>
In-Reply-To: {ID}
References: <m0@mailwarden.test>
	{ID}
Content-Type: text/plain

Yes, please.
""")


def answer(**headers: str) -> bytes:
    """A reply with further headers; underscores in their names are hyphens."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()).encode()
    return lines + REPLY
