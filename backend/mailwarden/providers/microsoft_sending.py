"""Sending over Graph: a draft first, whose id stays when it is sent, then the order to send it."""

from dataclasses import replace
from datetime import UTC, datetime

from mailwarden.providers import microsoft_mail
from mailwarden.providers.base import ScopesMissing, WritingApi
from mailwarden.providers.microsoft_mail import Letter
from mailwarden.providers.outgoing import MOST_FILES, Handed, Outgoing, decisive, nothing_left

# Bytes of files: Graph takes requests of 4 MiB, in which a message stands as base64, and in that its files once more.
LARGEST = 2 << 20
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SendsOverGraph:
    bcc_in_header = True
    takes_messages = True
    most_files, largest_file, largest_together = MOST_FILES, LARGEST, LARGEST

    async def hand_over(self, way: WritingApi, outgoing: Outgoing) -> Handed:
        """A draft whose order was refused stays among the drafts, and the next attempt takes that one.

        Who did not allow us to write drafts is served by the one call that only sends, and tells nothing of it.
        """
        try:
            with nothing_left():
                draft = await _draft(way, outgoing)
        except ScopesMissing:
            with decisive():
                await microsoft_mail.send_mime(way, outgoing.raw)
            return Handed(seen_id=outgoing.message_id)
        if draft.draft:
            with decisive():
                await microsoft_mail.send_draft(way, draft.external_id)
        return _handed(draft, outgoing)

    async def look_up(self, way: WritingApi, outgoing: Outgoing) -> Handed | None:
        """What still is a draft was not sent yet, or never will be."""
        found = await microsoft_mail.find_sent(way, outgoing.message_id)
        return next((_handed(letter, outgoing) for letter in found if not letter.draft), None)


async def _draft(way: WritingApi, outgoing: Outgoing) -> Letter:
    """One that is no draft any more is out already. One that says something else, or to others, must never go."""
    known = await microsoft_mail.find_sent(way, outgoing.message_id) if outgoing.again else ()
    out = next((letter for letter in known if not letter.draft), None)
    fitting = [letter for letter in known if not outgoing.anew and _is_for_the_same(letter, outgoing)]
    if out is not None or fitting:
        return out or max(fitting, key=lambda letter: letter.received_at or _LONG_AGO)
    for letter in known:
        await microsoft_mail.delete_draft(way, letter.external_id)
    return replace(await microsoft_mail.create_draft(way, outgoing.raw), draft=True)


def _is_for_the_same(letter: Letter, outgoing: Outgoing) -> bool:
    """Somebody may have unsubscribed since."""
    return letter.recipients == frozenset(one.lower() for one in outgoing.addresses)


def _handed(letter: Letter, outgoing: Outgoing) -> Handed:
    seen = letter.message_id or outgoing.message_id
    return Handed(letter.external_id, letter.conversation, seen, found=not letter.draft)
