"""The way into one connection's mail, and how a failure on it is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailwarden.connections.checks import Asker
from mailwarden.connections.mail_checks import login_refused_until, report_reading
from mailwarden.connections.mail_servers import HeldMailbox, reach_of, read_mailbox, signs_in_by_password
from mailwarden.connections.open import open_provider
from mailwarden.connections.rules import Proof
from mailwarden.providers.base import ProviderError
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.incoming import Cursor, Found, RawApi, ReadsMail, Wants
from mailwarden.providers.incoming_google import GmailReader
from mailwarden.providers.incoming_imap import ImapReader
from mailwarden.providers.incoming_microsoft import GraphReader

READERS: Mapping[str, Callable[[RawApi], ReadsMail]] = {"google": GmailReader, "microsoft": GraphReader}


@dataclass(frozen=True, slots=True)
class Way:
    """``held`` is of mailboxes that are signed in to by password, ``api`` of the others."""

    asker: Asker
    reader: ReadsMail
    held: HeldMailbox | None = None
    api: ProviderApi | None = None

    async def page(self, cursor: Cursor | None, since: datetime, wants: Wants) -> Found:
        """Raises what the provider says, after it was reported."""
        began = self.asker.rt.clock.now()
        try:
            return await self.reader.page(cursor, since, wants)
        except ProviderError as exc:
            await self._report(began, exc)
            raise
        finally:
            if self.api is not None:
                self.api.take_exchanges()  # people's mail: kept nowhere

    async def _report(self, began: datetime, exc: ProviderError) -> None:
        if self.held is not None:
            await report_reading(self.asker, self.held, began, exc)
        else:
            await self.asker.bad(exc)

    async def good(self) -> None:
        """One server that took a password proves nothing of the other: mailboxes leave that to the probe."""
        if self.held is None:
            await self.asker.good(Proof.API)


async def wait_for_login(asker: Asker) -> datetime | None:
    """Nobody logs in before then: servers lock out who is refused too often."""
    return await login_refused_until(asker) if signs_in_by_password(asker.row.provider) else None


async def open_way(asker: Asker) -> Way | None:
    """None after a disconnect, and while the IMAP server is known to be in trouble: the probe asks it often enough.

    Raises Unreadable.
    """
    rt, row = asker.rt, asker.row
    if not signs_in_by_password(row.provider):
        _, api = open_provider(rt, row)
        return Way(asker, READERS[row.provider](api), api=api)
    held = await read_mailbox(rt, row)
    if held is None or held.failing == "imap":
        return None
    return Way(asker, ImapReader(held.account, reach_of(rt)), held=held)
