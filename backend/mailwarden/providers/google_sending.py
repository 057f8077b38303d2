"""Sending over Gmail's API: one call, which is never repeated."""

from mailwarden.providers import google_mail
from mailwarden.providers.base import ObjectGone, WritingApi
from mailwarden.providers.outgoing import LARGEST_FILES, MOST_FILES, Handed, Outgoing, decisive

RECENT = 25  # of the folder of sent mail; an account sends far less between two questions


class SendsOverGmail:
    bcc_in_header = True
    takes_messages = True
    most_files, largest_file, largest_together = MOST_FILES, LARGEST_FILES, LARGEST_FILES

    async def hand_over(self, way: WritingApi, outgoing: Outgoing) -> Handed:
        """A conversation that is gone costs the mail its place there, not its way."""
        try:
            return await self._send(way, outgoing, outgoing.thread)
        except ObjectGone:
            if outgoing.thread is None:
                raise
        return await self._send(way, outgoing, None)

    async def _send(self, way: WritingApi, outgoing: Outgoing, thread: str | None) -> Handed:
        with decisive():
            sent = await google_mail.send(way, outgoing.raw, thread)
        return Handed(sent.id, sent.thread_id, sent.message_id)

    async def look_up(self, way: WritingApi, outgoing: Outgoing) -> Handed | None:
        """By its Message-ID; else, since Gmail may have put in one of its own, by the one that this replaced."""
        if outgoing.provider_id is not None:
            return Handed(outgoing.provider_id, None, await google_mail.message_id(way, outgoing.provider_id))
        key = await google_mail.find_message(way, outgoing.message_id)
        if key is not None:
            return Handed(key, None, outgoing.message_id)
        found = await google_mail.find_replaced(way, outgoing.message_id, outgoing.ordered_at, RECENT)
        return Handed(found.id, found.thread_id, found.message_id) if found else None
