"""This instance's tokens and the host that they lead to."""

from functools import lru_cache
from uuid import UUID

from mailwarden.core.runtime import Runtime
from mailwarden.sending.tracking.links import click_url, pixel_url, unsubscribe_url
from mailwarden.sending.tracking.tokens import VERSION, Kind, Token, Tokens


def tokens_of(rt: Runtime) -> Tokens:
    """Under the key that stays when encryption keys are rotated: mails of years ago must still lead somewhere."""
    return _tokens(rt.keys.lookup)


@lru_cache(maxsize=4)
def _tokens(root: bytes) -> Tokens:
    return Tokens({VERSION: root})


def base_url(rt: Runtime) -> str:
    return rt.config.tracking_url or rt.config.base_url


class Addresses:
    """The addresses of one copy of a mail. ``subject``: the recipient, or the message where several get the same."""

    def __init__(self, rt: Runtime, org_id: UUID, subject: UUID, *, of_message: bool) -> None:
        self.base = base_url(rt)
        self._tokens, self._org_id = tokens_of(rt), org_id
        self._subject, self._of_message = subject, of_message

    def pixel(self) -> str:
        return pixel_url(self.base, self._token(Kind.OPEN))

    def click(self, link: int) -> str:
        return click_url(self.base, self._token(Kind.CLICK, link))

    def unsubscribe(self) -> str:
        return unsubscribe_url(self.base, self._token(Kind.UNSUBSCRIBE))

    def _token(self, kind: Kind, link: int = 0) -> str:
        return self._tokens.write(self._org_id, Token(kind, self._subject, self._of_message, link))
