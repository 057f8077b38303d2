"""Microsoft: who somebody is at Graph, and whether their mailbox works for us."""

import re

from mailwarden.providers.base import Account, Api
from mailwarden.providers.reading import garbled, text

ME = "/v1.0/me"
INBOX = "/v1.0/me/mailFolders/inbox"
READING = "Mail.ReadWrite"
_PERSONAL = re.compile(r"[0-9a-f]{16}")


class Microsoft:
    async def identify(self, api: Api) -> Account:
        """Graph names a person within the tenant; the tenant is told by the id_token, once, at the consent."""
        me = await api.get(ME)
        person, address = text(me, "id"), text(me, "mail") or text(me, "userPrincipalName")
        if person is None or address is None:
            raise garbled(ME, "no account in the answer")
        return Account(object_id(person), address, text(me, "displayName"))

    async def prove(self, api: Api, missing: frozenset[str]) -> bool:
        """Reading, by the cheapest call that needs it."""
        if READING in missing:
            return False
        await api.get(INBOX, {"$select": "id"})
        return True


def object_id(told: str) -> str:
    """As the claim ``oid`` writes it: of a personal account Graph tells only the last sixteen digits."""
    name = told.lower()
    if not _PERSONAL.fullmatch(name):
        return name
    return f"00000000-0000-0000-{name[:4]}-{name[4:]}"
