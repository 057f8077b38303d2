"""What an adapter can do. Each is asked for by ``isinstance``; the catalogue says the same (tests compare)."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from mailwarden.providers.base import Account, Api, ContactPage, FiguresPage, Page, Window


@runtime_checkable
class Provider(Protocol):
    async def identify(self, api: Api) -> Account: ...


@runtime_checkable
class Describes(Protocol):
    """For providers whose identity call names no one: asked once, at the consent, and by no probe."""

    async def describe(self, api: Api, account: Account) -> Account: ...


@runtime_checkable
class ProvesWork(Protocol):
    """For providers that list no campaigns: one cheap call of the kind that real work makes.

    ``missing``: optional scopes that are known to be missing. False: with those there is nothing to ask.
    """

    async def prove(self, api: Api, missing: frozenset[str]) -> bool: ...


@runtime_checkable
class ListsCampaigns(Protocol):
    """``segments`` splits a window into listings (e.g. live and archived); each is paged on its own."""

    def segments(self, window: Window) -> tuple[str, ...]: ...

    async def page(self, api: Api, window: Window, segment: str, cursor: str | None) -> Page: ...


@runtime_checkable
class ReportsFigures(Protocol):
    """For providers whose listing carries no figures: one report answers for many campaigns."""

    async def figures(self, api: Api, window: Window, cursor: str | None) -> FiguresPage: ...


@runtime_checkable
class ReadsContacts(Protocol):
    """``changed_since`` None: all of them."""

    async def contacts(self, api: Api, changed_since: datetime | None, cursor: str | None) -> ContactPage: ...
