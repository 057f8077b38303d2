"""The way off a list: six steps, worded for the list, its code and the asset. The last one is ours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mailwarden.deliverability.blocklists.registry import ASSET, Blocklist, Cause, Kind, registry


class Step(StrEnum):
    FIND = "find_list"
    VISIT = "visit_list"
    PROCESS = "find_process"
    FIX = "fix_cause"
    REQUEST = "request_removal"
    WATCH = "keep_watching"


BY_PEOPLE = (Step.FIND, Step.VISIT, Step.PROCESS, Step.FIX, Step.REQUEST)


@dataclass(frozen=True, slots=True)
class Guidance:
    """``link`` None: there is nothing to open."""

    step: Step
    title: str
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """``shared`` None: nobody knows any more whose address it is."""

    blocklist: Blocklist
    asset: str
    kind: Kind
    codes: list[dict[str, Any]]
    shared: bool | None
    last_seen_at: datetime
    ended_at: datetime | None

    @property
    def meanings(self) -> str:
        return "; ".join(str(one["meaning"]) for one in self.codes if one.get("cause"))

    @property
    def causes(self) -> list[Cause]:
        names = dict.fromkeys(one["cause"] for one in self.codes if one.get("cause"))
        return [found for name in names if (found := registry().causes.get(name)) is not None]

    @property
    def ends_by_itself_at(self) -> datetime | None:
        hours = self.blocklist.removal.after_hours
        return self.last_seen_at + timedelta(hours=hours) if hours and self.ended_at is None else None


def steps_of(case: Case) -> tuple[Guidance, ...]:
    return (_find(case), _visit(case), _process(case), _fix(case), _request(case), _watch(case))


def link_of(url: str | None, asset: str) -> str | None:
    return url.replace(ASSET, asset) if url else None


def _find(case: Case) -> Guidance:
    text = f"{case.blocklist.name} lists {case.asset}: {case.meanings or 'without a reason'}."
    return Guidance(Step.FIND, "Find the list", text)


def _visit(case: Case) -> Guidance:
    text = "Look the entry up there and read the reason that the list itself gives."
    return Guidance(Step.VISIT, "Visit it", text, link_of(case.blocklist.lookup_url, case.asset))


def _process(case: Case) -> Guidance:
    how = case.blocklist.removal
    text = f"{how.advice} It takes: {how.takes}."
    return Guidance(Step.PROCESS, "Find how it takes entries off", text)


def _fix(case: Case) -> Guidance:
    text = " ".join(f"{one.title}. {one.fix}" for one in case.causes) or "Find out why, and change that first."
    if case.shared:
        text = f"This address is shared with other customers of your provider, who may be the cause. {text}"
    return Guidance(Step.FIX, "Fix the cause", text)


def _request(case: Case) -> Guidance:
    how, title = case.blocklist.removal, "Ask for removal"
    if case.shared:
        text = (
            "Do not use the form of the list: the address belongs to your provider. Send their support this: "
            f"“{case.asset} is listed at {case.blocklist.name} ({case.meanings}). "
            "Please have it taken off, or move us.”"
        )
        return Guidance(Step.REQUEST, title, text)
    if how.how == "form":
        text = f"Only once the cause is fixed: {request_text(case)}"
        return Guidance(Step.REQUEST, title, text, link_of(how.url, case.asset))
    if how.how == "provider":
        return Guidance(Step.REQUEST, title, "Only the provider of the network can ask. Never pay for a removal.")
    return Guidance(Step.REQUEST, title, "There is nothing to ask for: the entry ends by itself. Never pay for it.")


def request_text(case: Case) -> str:
    """What to write into the form."""
    return (
        f"“{case.asset} was listed because of: {case.meanings or 'unknown'}. We found the cause and fixed it by: … . "
        "Please remove the entry.”"
    )


def _watch(case: Case) -> Guidance:
    text = "We ask the list every 30 to 60 minutes, tell you when the entry is gone, and again should it come back."
    if case.ended_at is not None:
        text = "The entry is gone. We keep asking, and tell you should it come back."
    return Guidance(Step.WATCH, "Keep watching", text)
