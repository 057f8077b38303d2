"""Which list may be believed: three questions whose answers are known beforehand (RFC 5782 5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailwarden.deliverability.blocklists.rules.reading import Reading, Verdict

FRESH = timedelta(hours=1)
APART = timedelta(minutes=10)
PASSES_AFTER_LIES = 2


class Health(StrEnum):
    UNCHECKED = "unchecked"
    HEALTHY = "healthy"
    SILENT = "silent"  # what must be listed is not
    WILDCARD = "wildcard"  # what cannot be listed is
    REFUSED = "refused"  # it answers us with an error code
    BROKEN = "broken"  # it answers what no such list would: expired, parked, or rewritten on the way
    UNREACHABLE = "unreachable"


LIED = (Health.WILDCARD, Health.BROKEN)


@dataclass(frozen=True, slots=True)
class Round:
    """Answers to what must be listed, what must not be, and what nobody can have listed."""

    listed: Reading
    unlisted: Reading
    made_up: Reading


@dataclass(frozen=True, slots=True)
class Known:
    """``passes``: rounds in a row that went well. ``at``: the beginning of the latest round."""

    state: Health = Health.UNCHECKED
    since: datetime | None = None
    at: datetime | None = None
    passes: int = 0
    passed_at: datetime | None = None
    why: str = ""

    def is_fresh(self, now: datetime) -> bool:
        return self.at is not None and now - self.at < FRESH

    def is_believed(self, now: datetime) -> bool:
        return self.state is Health.HEALTHY and self.is_fresh(now)


def judge(found: Round) -> tuple[Health, str]:
    """What one round alone says."""
    every = (found.listed, found.unlisted, found.made_up)
    for verdict, health in ((Verdict.BROKEN, Health.BROKEN), (Verdict.REFUSED, Health.REFUSED)):
        for one in every:
            if one.verdict is verdict:
                return health, one.why
    for one, what in ((found.unlisted, "what is never listed"), (found.made_up, "a name made up by us")):
        if one.raw:
            return Health.WILDCARD, f"It answers {one.raw[0]} for {what}."
    return _quiet(every)


def _quiet(every: tuple[Reading, ...]) -> tuple[Health, str]:
    """Nothing wrong was said. Was everything said that had to be?"""
    silent = next((one.why for one in every if one.verdict is Verdict.UNKNOWN), None)
    if silent is not None:
        return Health.UNREACHABLE, silent
    if not every[0].raw:
        return Health.SILENT, "It does not list its own test entry."
    if every[0].verdict is Verdict.UNCLEAR or every[0].undocumented:
        return Health.BROKEN, f"It answers {', '.join(every[0].raw)}, which it does not document."
    return Health.HEALTHY, "Its test entries answer as they should."


def after(known: Known, found: Health, why: str, at: datetime) -> Known:
    """A list that lied once is believed again only after it went well twice, ten minutes apart."""
    if found is not Health.HEALTHY:
        since = known.since if known.state is found else at
        return Known(found, since, at, 0, None, why)
    counts = known.passed_at is None or at - known.passed_at >= APART
    passes, passed_at = known.passes + counts, at if counts else known.passed_at
    if known.state in LIED and passes < PASSES_AFTER_LIES:
        return Known(known.state, known.since, at, passes, passed_at, known.why)
    since = known.since if known.state is Health.HEALTHY else at
    return Known(Health.HEALTHY, since, at, passes, passed_at, why)
