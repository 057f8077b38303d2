"""Who may not, may not: every role, nobody, and every key and token that lacks just the scope that it would need."""

import pytest

from mailwarden.accounts.rules import SCOPES
from tests.conftest import NewClient
from tests.isolation.checks import LEADS_AWAY, Trial, refused, unchanged
from tests.isolation.party import Party, call, digest
from tests.isolation.street import Street
from tests.organizations.steps import join
from tests.organizations.test_matrix import ALL, MATRIX
from tests.support.routes import Operation

pytestmark = pytest.mark.timeout(600)
OPERATORS = "operator"
SHARED_DOOR = "mailboxes:own"  # behind it: only their own mailboxes, for members


async def both(street: Street) -> str:
    return await digest(street.past_walls, street.mine, street.theirs)


def closed_to(trial: Trial, role: str) -> list[Operation]:
    """By the matrix; and connections of the organization, which is what the filled rows hold."""
    named = [one for one in trial.operations if role not in MATRIX.get(one.permission or "", ALL)]
    if role != "member":
        return named
    shared = [one for one in trial.operations if one.permission == SHARED_DOOR and "{connection_id}" in one.path]
    assert len(shared) > 4
    return named + shared


@pytest.mark.parametrize("role", ["member", "manager"])
async def test_a_role_is_refused_what_the_matrix_refuses(street: Street, new_client: NewClient, role: str) -> None:
    person = await join(street.runtime, street.owner, new_client, role)
    trial = street.trial()
    closed, before = closed_to(trial, role), await both(street)
    trial.theirs = trial.mine  # another organization's connections do not even exist to a member
    await refused(trial, street.browser(trial, person), closed, "role_required")
    operators = [one for one in trial.operations if one.permission == OPERATORS]
    await refused(trial, street.browser(trial, person), operators, "operator_required")
    trial.theirs = street.theirs
    await unchanged(trial, before)
    assert trial.tally.violations == []
    assert len(closed) == len({one.name for one in closed}) > 3


async def test_nobody_learns_or_changes_anything(street: Street) -> None:
    trial = street.trial()
    nobody, before = Party("nobody", street.open(trial.app)), await both(street)
    locked = [one for one in trial.operations if one.permission]
    await refused(trial, nobody, locked, "unauthenticated")
    for one in trial.operations:
        if one.permission is None:
            for tenant in (street.mine, street.theirs):
                answer = await call(nobody, trial.described, one, tenant.ids)
                trial.see(nobody, one, answer, answer.status_code < 500 and not street.mine.told_by(answer))
    await unchanged(trial, before)
    assert trial.tally.violations == []
    assert trial.tried == {one.name for one in trial.operations}


@pytest.mark.parametrize("kind", ["key", "token"])
async def test_every_scope_but_the_one_it_needs_opens_nothing(street: Street, kind: str) -> None:
    trial = street.trial()
    make = street.key if kind == "key" else street.token
    narrow = {scope: await make(trial, SCOPES - {scope}) for scope in sorted(SCOPES)}
    widest = await make(trial, SCOPES)
    before = await both(street)
    for one in trial.operations:
        if one.permission in SCOPES:
            await refused(trial, narrow[one.permission], [one], "scope_required")
        elif one.permission is not None:
            await refused(trial, widest, [one], "session_required", "operator_required")
    assert trial.tally.violations == []
    trial.tally.see(trial.tried == {one.name for one in trial.operations if one.permission}, "not all were tried")
    await settled(trial, before)
    assert trial.tried >= LEADS_AWAY


async def settled(trial: Trial, before: str) -> None:
    await unchanged(trial, before)
    assert trial.tally.violations == []
