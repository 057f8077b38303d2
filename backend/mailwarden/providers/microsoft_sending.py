"""Sending over Graph: a draft first, whose id stays when it is sent, then the order to send it."""

from mailwarden.providers import microsoft_mail
from mailwarden.providers.base import ScopesMissing, WritingApi
from mailwarden.providers.microsoft_mail import Letter
from mailwarden.providers.outgoing import LARGEST_FILES, MOST_FILES, Handed, Outgoing, decisive, nothing_left


class SendsOverGraph:
    bcc_in_header = True
    takes_messages = True
    most_files, largest_file = MOST_FILES, LARGEST_FILES

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
    """One that is no draft any more is out already."""
    known = await microsoft_mail.find_sent(way, outgoing.message_id) if outgoing.again else ()
    if known:
        return next((letter for letter in known if not letter.draft), known[0])
    made = await microsoft_mail.create_draft(way, outgoing.raw)
    return Letter(made.external_id, made.message_id, made.conversation, None, None, None, read=True, draft=True)


def _handed(letter: Letter, outgoing: Outgoing) -> Handed:
    return Handed(letter.external_id, letter.conversation, letter.message_id or outgoing.message_id)
