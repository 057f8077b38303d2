"""When a mailbox may send next, and what an attempt's end means. Pure: no database, no provider.

Everything is counted from attempts, which are written before a mail leaves: neither a pause nor a crash makes a
mailbox faster than its settings allow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LOOKUPS_S = (10, 60, 300, 1800, 7200, 86_400)  # after an attempt whose outcome is unknown
BACK_OFF_S = (30, 60, 120, 300, 900, 1800, 3600)  # after attempts in a row that surely sent nothing
CAPPED = timedelta(hours=1)  # until an account that its provider capped is tried again
GIVEN_UP = timedelta(days=2)  # a mail that could not be sent for so long fails
LONGEST_SEARCH = 400  # days; hours that never come do not exist, since a week has a working day


class Code(StrEnum):
    """Why a message is not out. Public: the API and webhooks say it."""

    CAPPED = "daily_cap"  # the provider's own
    DOMAIN_LIMIT = "domain_daily_limit"  # of the mailbox's settings
    DEFERRED = "deferred"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "provider_unavailable"
    REFUSED = "refused"
    SENDER_REFUSED = "sender_refused"
    LOGIN_REFUSED = "login_refused"
    PERMISSION_MISSING = "permission_missing"
    MISCONFIGURED = "misconfigured"
    SUPPRESSED = "suppressed"
    UNFIT = "not_sendable"
    GIVEN_UP = "gave_up"
    UNKNOWN = "unknown_outcome"
    WORKER_DIED = "worker_died"
    RESTORED = "restored"


DECLARED_SENT, DECLARED_UNSENT = "declared_sent", "declared_not_sent"  # of an attempt: a person said so
OF_THE_MAIL = frozenset({Code.DEFERRED})  # these say nothing about the mailbox's other mail


@dataclass(frozen=True, slots=True)
class Limits:
    """What the settings of a mailbox allow. ``days``: of the week, Monday is 0."""

    interval_s: int
    daily: int
    daily_at_domain: int
    warm_up: bool
    warm_up_start: int
    warm_up_step: int
    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Past:
    """An attempt. ``ended_at`` None: it goes on, or its worker died."""

    started_at: datetime
    ended_at: datetime | None
    outcome: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What a mailbox did so far. ``latest``: its last attempts, the newest first."""

    latest: Sequence[Past]
    sent_today: int
    first_day: date | None  # of the account; None: it never sent


def next_moment(load: Load, limits: Limits, zone: ZoneInfo, now: datetime) -> datetime:
    """From when on the mailbox may begin another attempt; ``now`` if at once."""
    wait = [now, *_after_interval(load, limits), *_after_trouble(load)]
    if load.sent_today >= limit_of(load, limits, local_day(now, zone)):
        wait.append(end_of_day(now, zone))
    return max(wait)


def _after_interval(load: Load, limits: Limits) -> Iterable[datetime]:
    """Between two mails: from when one surely was handed over until the other can be, so that no window holds more."""
    last = next((past for past in load.latest if past.outcome != "not_sent"), None)
    if last is None:
        return []
    return [max(last.started_at, last.ended_at or last.started_at) + timedelta(seconds=limits.interval_s)]


def _after_trouble(load: Load) -> Iterable[datetime]:
    """A row of attempts that the mailbox, its server or our way there kept from sending anything."""
    failed = []
    for past in load.latest:
        if past.outcome != "not_sent":
            break
        if past.code not in OF_THE_MAIL:
            failed.append(past)
    if not failed:
        return []
    since = failed[0].ended_at or failed[0].started_at
    if failed[0].code == Code.CAPPED:
        return [since + CAPPED]
    return [since + back_off(len(failed))]


def back_off(times: int) -> timedelta:
    """``times``: failures in a row, 1 for the first."""
    return timedelta(seconds=BACK_OFF_S[min(times, len(BACK_OFF_S)) - 1])


def limit_of(load: Load, limits: Limits, today: date) -> int:
    """Mails on that day: the daily limit, and while the account warms up less. Its first day of sending is day 0."""
    if not limits.warm_up:
        return limits.daily
    days = (today - load.first_day).days if load.first_day else 0
    return min(limits.daily, limits.warm_up_start + limits.warm_up_step * max(0, days))


def over_domain_limit(today: dict[str, int], addresses: Iterable[str], limits: Limits) -> bool:
    """``today``: recipients so far by domain. A mail to several at one domain goes as a whole or not at all.

    More than fit into a day go alone: refused for ever they would never arrive.
    """
    wanted: dict[str, int] = {}
    for address in addresses:
        wanted[domain_of(address)] = wanted.get(domain_of(address), 0) + 1
    most = limits.daily_at_domain
    return any(today.get(domain, 0) and today.get(domain, 0) + count > most for domain, count in wanted.items())


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def next_lookup(started_at: datetime, now: datetime) -> datetime | None:
    """None: it was looked for often enough; the outcome stays unknown."""
    times = (started_at + timedelta(seconds=after) for after in LOOKUPS_S)
    return next((at for at in times if at > now), None)


def next_try(tries: int, first_at: datetime, code: str, now: datetime) -> datetime | None:
    """When a mail that surely was not sent is tried again. None: too long for that."""
    wait = CAPPED if code == Code.CAPPED else back_off(tries)
    return now + wait if now + wait - first_at <= GIVEN_UP else None


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def start_of_day(at: datetime, zone: ZoneInfo) -> datetime:
    """Where clocks skip midnight, the day begins with the skip."""
    return _moment(local_day(at, zone), time(), zone)


def end_of_day(at: datetime, zone: ZoneInfo) -> datetime:
    return _moment(local_day(at, zone) + DAY, time(), zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def is_open(limits: Limits, at: datetime, zone: ZoneInfo) -> bool:
    """By the clock on the wall, whatever summer time does to it."""
    local = at.astimezone(zone)
    return local.weekday() in limits.days and limits.opens <= local.time().replace(microsecond=0) < limits.closes


def next_open(limits: Limits, at: datetime, zone: ZoneInfo) -> datetime:
    """``at`` itself within working hours, else when they begin next."""
    if is_open(limits, at, zone):
        return at
    for days in range(LONGEST_SEARCH):
        moment = _moment(local_day(at, zone) + days * DAY, limits.opens, zone)
        if moment > at and is_open(limits, moment, zone):
            return moment
    return at + LONGEST_SEARCH * DAY
