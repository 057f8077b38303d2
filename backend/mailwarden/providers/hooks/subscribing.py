"""Having pushes where the provider wants to be asked for them, and keeping them: each look is safe to repeat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from mailwarden.providers import google_mail, keap_hooks
from mailwarden.providers.base import ObjectGone, WritingApi
from mailwarden.providers.keap_hooks import HookStatus
from mailwarden.providers.reading import garbled, moment, text
from mailwarden.providers.settings import ProviderSettings


@dataclass(frozen=True, slots=True)
class Wanted:
    """One subscription as we know it. ``provider_id`` is none before the provider accepted it."""

    topic: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    provider_id: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """``missed``: it had died since, so that events may be lost."""

    topic: str
    provider_id: str
    expires_at: datetime | None
    missed: bool = False


class Subscriber(Protocol):
    def topics(self, settings: ProviderSettings) -> tuple[str, ...]: ...

    async def keep(self, api: WritingApi, wanted: Sequence[Wanted], now: datetime) -> list[Kept]:
        """Subscribe, renew or wake what needs it."""
        ...


class KeapHooks:
    """A hook sleeps after four failed deliveries, about 36 minutes; checking the address again wakes it."""

    def topics(self, settings: ProviderSettings) -> tuple[str, ...]:  # noqa: ARG002 - the same for every operator
        return keap_hooks.EVENTS

    async def keep(self, api: WritingApi, wanted: Sequence[Wanted], now: datetime) -> list[Kept]:  # noqa: ARG002
        there = {(hook.event, hook.url): hook for hook in await keap_hooks.subscriptions(api)}
        kept = []
        for one in wanted:
            hook = there.get((one.topic, one.url))
            if hook is None:
                made = await keap_hooks.subscribe(api, one.topic, one.url)
                kept.append(Kept(one.topic, made.key, None, missed=one.provider_id is not None))
                continue
            if hook.status is not HookStatus.VERIFIED:
                await keap_hooks.verify(api, hook.key)
            kept.append(Kept(one.topic, hook.key, None, missed=hook.status is HookStatus.INACTIVE))
        return kept


class GmailWatch:
    """Seven days at most; Google advises to ask again every day. Pushed through the operator's Pub/Sub topic."""

    RENEW_BELOW = timedelta(days=6)

    def topics(self, settings: ProviderSettings) -> tuple[str, ...]:
        return (settings.push_topic,) if settings.push_topic and settings.push_account else ()

    async def keep(self, api: WritingApi, wanted: Sequence[Wanted], now: datetime) -> list[Kept]:
        kept = []
        for one in wanted:
            if one.expires_at is not None and one.expires_at - now > self.RENEW_BELOW:
                kept.append(Kept(one.topic, one.provider_id or "", one.expires_at))
                continue
            watching = await google_mail.watch(api, one.topic)
            missed = one.expires_at is not None and one.expires_at <= now
            kept.append(Kept(one.topic, watching.history_id, watching.until, missed))
        return kept


class GraphSubscriptions:
    """Renewed at every look: that is also the answer to "reauthorizationRequired", after which Graph stops telling us.

    The second address can be given only at the beginning, so it is the same.
    """

    PATH = "/v1.0/subscriptions"
    RESOURCE = "/me/mailFolders('inbox')/messages"
    LIFE = timedelta(minutes=4230)  # what every version of the documents allows

    def topics(self, settings: ProviderSettings) -> tuple[str, ...]:  # noqa: ARG002
        return (self.RESOURCE,)

    async def keep(self, api: WritingApi, wanted: Sequence[Wanted], now: datetime) -> list[Kept]:
        return [await self._keep(api, one, now) for one in wanted]

    async def _keep(self, api: WritingApi, one: Wanted, now: datetime) -> Kept:
        if one.provider_id is None:
            return await self._subscribe(api, one, now, missed=False)
        until, path = (now + self.LIFE).strftime("%Y-%m-%dT%H:%M:%SZ"), f"{self.PATH}/{one.provider_id}"
        try:
            said = await api.write("PATCH", path, {"expirationDateTime": until})
        except ObjectGone:
            return await self._subscribe(api, one, now, missed=True)
        return Kept(one.topic, one.provider_id, moment(text(said, "expirationDateTime") or until))

    async def _subscribe(self, api: WritingApi, one: Wanted, now: datetime, *, missed: bool) -> Kept:
        """Graph calls the address before it answers, so it must be known by then."""
        until = (now + self.LIFE).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {
            "changeType": "created,updated,deleted",
            "notificationUrl": one.url,
            "lifecycleNotificationUrl": one.url,
            "resource": one.topic,
            "expirationDateTime": until,
            "clientState": one.secret,
        }
        said = await api.write("POST", self.PATH, asked)
        name = text(said, "id")
        if name is None:
            raise garbled(self.PATH, "a subscription without an id")
        return Kept(one.topic, name, moment(text(said, "expirationDateTime") or until), missed)


# HubSpot's are declared once for the whole app, and Klaviyo offers them to partners only: the operator sets those up.
SUBSCRIBERS: Mapping[str, Subscriber] = MappingProxyType(
    {"keap": KeapHooks(), "google": GmailWatch(), "microsoft": GraphSubscriptions()}
)
