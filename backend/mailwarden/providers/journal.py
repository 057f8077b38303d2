"""HubSpot's journal of uninstalled apps: the only place where it says that a customer removed our app."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from mailwarden.core.http import NoAnswer, send_once
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.auth import RefreshOnce
from mailwarden.providers.base import EgressRefused, ObjectGone, Rejected
from mailwarden.providers.catalog import UninstallJournalSpec
from mailwarden.providers.classify import Call, failure, no_answer
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.oauth import OAuth
from mailwarden.providers.reading import at, dig, garbled, moment, parse, text
from mailwarden.providers.settings import api_url


@dataclass(frozen=True, slots=True)
class Uninstall:
    account: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """``offset`` is where the next reading goes on; keep it only once the uninstalls are stored."""

    uninstalls: tuple[Uninstall, ...]
    offset: str


class _AppTokens:
    """The token of our app itself, kept in memory: losing it costs one request."""

    def __init__(self, oauth: OAuth, spec: UninstallJournalSpec) -> None:
        self._oauth = oauth
        self._spec = spec
        self._token: str | None = None

    async def access_token(self) -> str:
        return self._token or await self.refresh(rejected="")

    async def refresh(self, rejected: str, claims: str | None = None) -> str:  # noqa: ARG002 - Tokens' signature
        grant = await self._oauth.client_grant(self._spec.token_path, self._spec.scopes)
        self._token = grant.access_token
        return grant.access_token


class UninstallJournal:
    """``downloads`` fetches pages that lie outside HubSpot's API host; give it the guarded client."""

    def __init__(self, app: ProviderApp, downloads: httpx.AsyncClient) -> None:
        if app.spec.uninstall_journal is None:
            raise ValueError(f"{app.spec.name} has no uninstall journal")
        self._app = app
        self._spec = app.spec.uninstall_journal
        self._downloads = downloads
        auth = RefreshOnce(_AppTokens(OAuth(app), self._spec))
        self._api = ProviderApi(app, auth, reads=self._spec.reads, operation="journal")

    async def subscribe(self) -> None:
        """Ask for uninstalls to be written. Asking again does no harm."""
        wanted = {"subscriptionType": "APP_LIFECYCLE_EVENT", "eventTypeId": self._spec.uninstall_type, "properties": []}
        try:
            await self._api.post(self._spec.subscriptions_path, wanted)
        except Rejected as exc:
            if exc.evidence.status != 409:
                raise
        finally:
            self._api.take_exchanges()

    async def read(self, offset: str | None) -> JournalPage | None:
        """The page after ``offset``, or the oldest one that is kept (about three days); None when there is none yet."""
        path = f"{self._spec.journal_path}/offset/{offset}/next" if offset else f"{self._spec.journal_path}/earliest"
        try:
            found = await self._api.get(path)
        except ObjectGone:  # the offset has grown too old
            return await self.read(None) if offset else None
        finally:
            self._api.take_exchanges()
        if found is None:
            return None
        following, url = text(found, "currentOffset"), text(found, "url")
        if following is None or url is None or following == offset:
            raise garbled(path, "the journal names no next page")
        return JournalPage(tuple(self._uninstalls(await self._download(url))), following)

    def _uninstalls(self, page: Any) -> Iterator[Uninstall]:
        for event in dig(page, "journalEvents.*"):
            ours = text(event, "action") == "APP_UNINSTALL" or text(event, "eventTypeId") == self._spec.uninstall_type
            account = text(event, "portalId")
            if ours and account:
                yield Uninstall(account, moment(at(event, "occurredAt")))

    async def _download(self, link: str) -> Any:
        """No credential goes with it: the link itself is the permission, so its query stays out of the evidence."""
        http, url = self._way_to(link)
        call = Call("journal", "GET", url.host, url.path)
        deadline, cap = self._app.settings.api_deadline_s, self._app.spec.api.max_body_bytes
        try:
            answer = await send_once(http, http.build_request("GET", url), deadline_s=deadline, max_bytes=cap)
        except NoAnswer as exc:
            raise no_answer(call, exc) from exc
        if answer.status != 200:
            raise failure(self._app.spec, call, answer)
        try:
            return parse(answer.body)
        except ValueError:
            raise garbled(url.path, "the journal page is not JSON") from None

    def _way_to(self, link: str) -> tuple[httpx.AsyncClient, httpx.URL]:
        try:
            url = httpx.URL(link)
        except httpx.InvalidURL:
            raise garbled(self._spec.journal_path, "the journal names no usable link") from None
        base = httpx.URL(api_url(self._app.spec, self._app.settings, "/"))
        if (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port):
            return self._app.http, url
        if url.scheme != "https":
            raise EgressRefused(Call("journal", "GET", url.host, url.path).evidence("the link is not https"))
        return self._downloads, url
