"""What is tried. Each function calls every operation that it concerns and writes down what should not have happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fastapi import FastAPI
from httpx import Response
from sqlalchemy.ext.asyncio import AsyncEngine

from mailwarden.core.ids import format_id
from tests.isolation.bodies import Ids
from tests.isolation.party import ASKS_OUTSIDE, Party, Tenant, call, digest
from tests.isolation.slots import Description
from tests.reliability.row import Tally
from tests.support.routes import Operation, operations

HIDDEN = 404
REFUSED_BODY = (403, 404, 409, 422)
STREAMS = {"stream_sync"}  # would go on
LEADS_AWAY = {"oauth_callback"}  # answers a browser that comes from a provider: every outcome is a page of the app
# What would end the caller's own session or membership, and with it the test.
ENDS = {"sign_out", "leave_organization", "transfer_ownership", "switch_organization", "end_session"}
ENDS |= {"end_other_sessions", "change_password", "create_organization"}
# After these, other operations find their objects no more.
TAKE_AWAY = {"disconnect_connection", "close_support_request", "rotate_api_key", "test_connection"}
TAKE_AWAY |= {"archive_outreach_campaign"}
ONLY_NARROWS = {"create_export"}  # ids in its body are filters, as those of a query: of theirs it finds nothing
OF_MEMBERS = {"ask_owner"}  # owners have nothing to ask, whatever they name: organizations/test_wishes.py


@dataclass
class Trial:
    """An app with its description, two organizations in it, and a way to look past the walls."""

    app: FastAPI
    mine: Tenant
    theirs: Tenant
    past_walls: AsyncEngine
    may_break: bool = False  # with the filters gone the database may be what refuses, and that is an error
    tally: Tally = field(default_factory=Tally)
    tried: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)  # operations that write and knew my own ids
    done: set[str] = field(default_factory=set)  # … and did what was asked
    described: Description = field(init=False)
    operations: list[Operation] = field(init=False)

    def __post_init__(self) -> None:
        self.described = Description(self.app.openapi())
        self.operations = operations(self.app)

    @property
    def refusals(self) -> tuple[int, ...]:
        return (*REFUSED_BODY, 500) if self.may_break else REFUSED_BODY

    def reads(self, party: Party) -> Iterator[Operation]:
        for one in self.operations:
            if one.method == "GET" and one.name not in STREAMS and party.calls(one):
                yield one

    def mine_but(self, prefix: str) -> Ids:
        return self.mine.ids | {prefix: self.theirs.ids[prefix]}

    def see(self, party: Party, one: Operation, answer: Response, good: bool) -> None:
        self.tried.add(one.name)
        told = self.theirs.told_by(answer)
        what = f"{party.name}, {one.method} {one.path}: {answer.status_code}"
        self.tally.see(good and not told, f"{what}, tells {told[:2]}, {answer.text[:200]}")


def _code(answer: Response) -> str | None:
    told: str | None = answer.json().get("code") if answer.status_code >= 400 else None
    return told


def _is_hidden(answer: Response) -> bool:
    """By the wall, and not for want of a route."""
    return answer.status_code == HIDDEN and _code(answer) == "not_found"


def _is_unread(answer: Response) -> bool:
    """Its shape was wrong, so nobody looked for what it names."""
    return _code(answer) == "validation_error"


async def own_is_answered(trial: Trial, party: Party) -> None:
    """The positive control: without it, a 404 for everything would pass all others."""
    for one in trial.reads(party):
        if one.name not in LEADS_AWAY or party.may is None:
            answer = await call(party, trial.described, one, trial.mine.ids)
            trial.see(party, one, answer, answer.status_code in (200, 303))


async def theirs_in_paths(trial: Trial, party: Party) -> None:
    """All of theirs, theirs below one of mine, and mine below one of theirs."""
    for one in trial.operations:
        slots = trial.described.slots[one.name].path
        if slots and party.calls(one):
            everything = [trial.theirs.ids] if len(slots) > 1 else []
            for ids in [*everything, *(trial.mine_but(slot.prefix) for slot in slots)]:
                answer = await call(party, trial.described, one, ids)
                trial.see(party, one, answer, _is_hidden(answer))


async def theirs_in_queries(trial: Trial, party: Party) -> None:
    for one in trial.reads(party):
        for slot in trial.described.slots[one.name].query:
            theirs = {slot.name: format_id(slot.prefix, trial.theirs.ids[slot.prefix])}
            answer = await call(party, trial.described, one, trial.mine.ids, theirs)
            trial.see(party, one, answer, answer.status_code in (200, 404))


async def theirs_in_bodies(trial: Trial, party: Party) -> None:
    for one in trial.operations:
        if party.calls(one) and one.name not in ONLY_NARROWS:
            await _in_bodies(trial, party, one, trial.refusals)


async def theirs_as_filters(trial: Trial, party: Party) -> None:
    """Late, since my audit log tells from then on what I asked for."""
    for one in trial.operations:
        if party.calls(one) and one.name in ONLY_NARROWS:
            await _in_bodies(trial, party, one, (200, 404))


async def _in_bodies(trial: Trial, party: Party, one: Operation, good: tuple[int, ...]) -> None:
    for number, schema in enumerate(trial.described.choices(one.name)):
        for prefix in sorted(trial.described.ids_of_body(schema)):
            answer = await call(party, trial.described, one, trial.mine_but(prefix), choice=number)
            trial.see(party, one, answer, answer.status_code in good and not _is_unread(answer))


def _takes_away(one: Operation) -> bool:
    return one.method == "DELETE" or one.name in TAKE_AWAY


def _inside_first(one: Operation) -> tuple[bool, int]:
    """What is in something goes before that does."""
    return _takes_away(one), -one.path.count("/") if _takes_away(one) else 0


def _is_known(one: Operation, answer: Response) -> bool:
    return answer.status_code != HIDDEN and (one.name in ASKS_OUTSIDE or not _is_unread(answer))


async def my_writes(trial: Trial, party: Party) -> None:
    writes = (one for one in trial.operations if one.method != "GET" and one.name not in ENDS and party.calls(one))
    for one in sorted(writes, key=_inside_first):
        choices = range(len(trial.described.choices(one.name)))
        answers = [await call(party, trial.described, one, trial.mine.ids, choice=number) for number in choices]
        for answer in answers:
            trial.see(party, one, answer, answer.status_code < 500)
        trial.found |= {one.name} if all(_is_known(one, answer) for answer in answers) else set()
        trial.done |= {one.name} if all(answer.is_success for answer in answers) else set()


def own_were_known(trial: Trial) -> None:
    """The positive control of what writes: a refusal of theirs tells something only where mine is taken."""
    for one in trial.operations:
        slots = trial.described.slots[one.name]
        if one.name in trial.tried and one.method != "GET" and one.name not in ENDS | OF_MEMBERS:
            trial.tally.see(not slots.path or one.name in trial.found, f"{one.name} does not know mine either")
            trial.tally.see(not slots.body or one.name in trial.done, f"{one.name} does not take mine either")


async def as_neighbours(trial: Trial, parties: list[Party]) -> None:
    """Everything that a neighbour may try. My own writes come last, since they remove what is mine."""
    before = await digest(trial.past_walls, trial.theirs)
    for party in parties:
        for attempt in (own_is_answered, theirs_in_paths, theirs_in_queries, theirs_in_bodies):
            await attempt(trial, party)
    for party in parties[::-1]:
        await theirs_as_filters(trial, party)
        await my_writes(trial, party)
    own_were_known(trial)
    trial.tally.see(before == await digest(trial.past_walls, trial.theirs), "rows of theirs have changed")


async def refused(trial: Trial, party: Party, which: Iterable[Operation], *codes: str) -> None:
    """With the ids of their own organization, and of the other: refused by code, nothing told."""
    for one in which:
        for tenant in (trial.mine, trial.theirs):
            answer = await call(party, trial.described, one, tenant.ids)
            landed = one.name in LEADS_AWAY and answer.status_code == 303
            code = answer.json().get("code") if answer.status_code >= 400 else None
            told = trial.mine.told_by(answer)
            good = landed or (answer.status_code in (401, 403) and code in codes)
            trial.see(party, one, answer, good and not told)


async def unchanged(trial: Trial, before: str) -> None:
    """Of both organizations."""
    now = await digest(trial.past_walls, trial.mine, trial.theirs)
    trial.tally.see(before == now, "rows have changed")
