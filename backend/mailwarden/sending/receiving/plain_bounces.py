"""Bounces of servers that write for people only: qmail and its heirs, Exim, and some gateways.

Believed only from what looks like a mail system in its headers, and in words that those servers use.
"""

import re

from mailwarden.sending.receiving.letter import MESSAGE_ID, Headers, Letter, addresses_in, decoded
from mailwarden.sending.receiving.rules import enhanced, reply_code
from mailwarden.sending.receiving.words import Report

_DAEMONS = re.compile(r"(^|<|\s)(mailer-daemon|mail-daemon|maildaemon|mdaemon|postmaster|mail\.daemon)@", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"undeliver|failure notice|delivery (status )?(notification|failure|has failed|problem)|returned (to sender|mail)"
    r"|mail delivery (failed|failure|system)|delivery failed|nondeliver|non-deliver|could ?n.?t be delivered"
    r"|unzustellbar|nicht zustellbar|non remis|delayed|mail system error",
    re.IGNORECASE,
)
_OPENINGS = re.compile(
    r"this is the qmail-send program|wasn't able to deliver your message|unable to deliver (your|the) (mail|message)"
    r"|created automatically by mail delivery software|could not be delivered to (one or more|the following)"
    r"|delivery to the following recipients? failed|delivery has failed to these recipients"
    r"|the following message to <[^<>\s]{1,320}> was undeliverable|the following address(es)? failed"
    r"|your (mail|message) could not be delivered|has not (yet )?been delivered|couldn't be delivered"
    r"|undeliverable address|permanent fatal errors",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^[ >]*-{2,} ?(below this line is a copy|this is a copy of|original message|the header of the original"
    r"|the body of the message|unsent message|returned message|message (header|text) follows|header of)[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_DELAY = re.compile(
    r"delayed|has not (yet )?been delivered|will (be|keep) (retried|trying)|still trying", re.IGNORECASE
)
_FAILED = re.compile(r"failed permanently|permanent (fatal )?error|given up|could not be delivered|undeliverable", re.I)
_RETURNED_ID = re.compile(r"^[ >]*(?:X-Google-Original-)?Message-I[Dd]:\s{0,40}(<[^<>\s]{1,500}>)", re.MULTILINE)
NEAR = 600  # characters after an address that speak of it
MOST = 20


def from_daemon(headers: Headers) -> bool:
    """By its headers it may be a bounce; whether it is, its text tells."""
    return (
        headers.one("return-path") == "<>"
        or bool(headers.one("x-failed-recipients"))
        or bool(_DAEMONS.search(headers.one("from")))
    )


def plain_reports(letter: Letter) -> tuple[Report, ...]:
    """One per recipient that is named; empty where it is no bounce."""
    headers, text = letter.headers, letter.text
    if not from_daemon(headers):
        return ()
    subject = decoded(headers.one("subject"))
    if not (_OPENINGS.search(text) or headers.one("x-failed-recipients") or _says_so(headers, subject)):
        return ()
    said = _before_copy(text)
    named = addresses_in(headers.one("x-failed-recipients"), MOST) or addresses_in(said, MOST)
    delayed = bool(_DELAY.search(f"{subject}\n{said}")) and not _FAILED.search(said)
    return tuple(_report(address, said, delayed=delayed) for address in named)


def _says_so(headers: Headers, subject: str) -> bool:
    """A subject alone is believed of a mail system only: programs that answer for people have no sender, too."""
    return bool(_DAEMONS.search(headers.one("from")) and _SUBJECTS.search(subject))


def _before_copy(text: str) -> str:
    """What the server says itself, without the mail that it returns."""
    match = _COPY.search(text)
    return text[: match.start()] if match else text


def _report(address: str, said: str, *, delayed: bool) -> Report:
    words = _about(address, said)
    action = "delayed" if delayed else "failed"
    return Report(final=address, action=action, status=enhanced(words) or _class_of(words), diagnostic=words)


def _class_of(words: str) -> str:
    """From three digits alone only the class is known."""
    code = reply_code(words)
    return f"{code[0]}.0.0" if code[:1] in ("4", "5") else ""


def _about(address: str, said: str) -> str:
    """From where the address stands to the next blank line but one: the reason may follow in a paragraph of its own."""
    start = said.lower().find(address)
    if start < 0:
        return " ".join(said[:NEAR].split())
    paragraphs = said[start : start + NEAR].split("\n\n")
    return " ".join(" ".join(paragraphs[:2]).split())[:500]


def returned_ids(letter: Letter) -> tuple[str, ...]:
    """Message-IDs of what a server pasted into its text."""
    found = _RETURNED_ID.findall(letter.text)
    return tuple(one for one in found[:10] if MESSAGE_ID.fullmatch(one))
