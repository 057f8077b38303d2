"""Google: who somebody is, and whether their Gmail works for us."""

from contextlib import suppress

from mailwarden.providers.base import Account, Api, ScopesMissing
from mailwarden.providers.reading import garbled, text

USERINFO = "/v1/userinfo"
PROFILE = "/gmail/v1/users/me/profile"
LABELS = "/gmail/v1/users/me/labels"
READING = frozenset({"https://www.googleapis.com/auth/gmail.readonly", "https://mail.google.com/"})


class Google:
    async def identify(self, api: Api) -> Account:
        """By ``sub``, which never changes, while addresses do. Gmail is asked too: an administrator may have shut it
        for us while signing in still works. Who may only send cannot ask it, and need not."""
        me = await api.get(USERINFO)
        subject, address = text(me, "sub"), text(me, "email")
        if subject is None or address is None:
            raise garbled(USERINFO, "no account in the answer")
        with suppress(ScopesMissing):
            await api.get(PROFILE)
        return Account(subject, address, _detail(text(me, "name"), text(me, "hd")))

    async def prove(self, api: Api, missing: frozenset[str]) -> bool:
        """Reading, by the cheapest call that needs it."""
        if missing >= READING:
            return False
        await api.get(LABELS)
        return True


def _detail(name: str | None, domain: str | None) -> str | None:
    return " · ".join(part for part in (name, domain and f"Workspace {domain}") if part) or None
