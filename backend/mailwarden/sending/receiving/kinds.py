"""What kind of mail this is. Most are told by their headers; the body is asked for only of what may be a report."""

from dataclasses import replace

from mailwarden.sending.receiving import auto_replies
from mailwarden.sending.receiving.letter import Letter, address_in, opened
from mailwarden.sending.receiving.plain_bounces import from_daemon, plain_reports, returned_ids
from mailwarden.sending.receiving.reports import complaint, delivery_reports
from mailwarden.sending.receiving.words import Kind, Read

MOST_IDS = 20
_OURS = ("message-id", "x-google-original-message-id")  # Gmail keeps the one that we gave under the second name
_ANSWERS = ("in-reply-to", "references")


def needs_body(head: bytes) -> bool:
    """``head``: the header lines. False: they tell all that we want to know, so nobody's letter is read."""
    letter = opened(head)
    return letter.type == "multipart/report" or from_daemon(letter.headers)


def read(raw: bytes) -> Read:
    """Raises nothing, whatever was sent. For mails whose body was not asked for the head is enough."""
    letter = opened(raw)
    sender, own_ids = address_in(letter.headers.one("from")), letter.headers.ids("message-id")
    return replace(_report(letter) or _answer(letter), sender=sender, own_id=next(iter(own_ids), None))


def _report(letter: Letter) -> Read | None:
    if (complained := complaint(letter)) is not None:
        return Read(Kind.COMPLAINT, _returned(letter), complaint=complained)
    told = delivery_reports(letter)
    found = told if told is not None else plain_reports(letter)
    if found:
        return Read(Kind.BOUNCE, _returned(letter), reports=found)
    return None


def _returned(letter: Letter) -> tuple[str, ...]:
    """Some servers return nothing and answer in the thread instead."""
    ids = (*letter.returned.ids(*_OURS), *returned_ids(letter), *letter.headers.ids(*_ANSWERS))
    return tuple(dict.fromkeys(ids))[:MOST_IDS]


def _answer(letter: Letter) -> Read:
    headers = letter.headers
    ids = tuple(dict.fromkeys((*headers.ids("in-reply-to"), *headers.ids("references")[::-1])))[:MOST_IDS]
    reason = auto_replies.reason_of(letter)
    kind = Kind.AUTO_REPLY if reason else Kind.REPLY if ids else Kind.OTHER
    return Read(kind, ids, reason=reason)
