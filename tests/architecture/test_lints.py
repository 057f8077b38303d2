import ast

import pytest

from tests.architecture.lints import (
    RULES,
    Rule,
    commits_outside_db,
    lint,
    own_clocks,
    provider_names_in_conditions,
    queries_without_organization,
)
from tests.support.golden import ROOT


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_our_rules(rule: Rule) -> None:
    found = lint(rule, ROOT / "backend" / "mailwarden")
    assert not found, "\n".join([rule.__doc__ or "", *map(str, found)])


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (commits_outside_db, "async def f(session): await session.commit()"),
        (own_clocks, "x = datetime.now(UTC)"),
        (own_clocks, "x = datetime.datetime.utcnow()"),
        (own_clocks, "x = time.time()"),
        (own_clocks, "x = func.now()"),
        (own_clocks, "x = text('SELECT now()')"),
        (own_clocks, "x = text('WHERE at < CURRENT_TIMESTAMP')"),
        (queries_without_organization, "def f(): return select(Alert).where(Alert.id == 1)"),
        (queries_without_organization, "def f(): return select(func.count(Connection.id))"),
        (queries_without_organization, "def f(): return update(SyncRun).values(org_id=1)"),
        (provider_names_in_conditions, "y = 1 if provider == 'hubspot' else 2"),
        (provider_names_in_conditions, "if provider in {'klaviyo'}: pass"),
        (provider_names_in_conditions, "match x:\n  case 'hubspot': pass"),
    ],
)
def test_a_planted_breach_is_found(rule: Rule, code: str) -> None:
    assert list(rule("somewhere.py", ast.parse(code)))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (own_clocks, '"""Never now()."""\nx = rt.clock.now()\ny = text("SELECT app_now()")\nz = time.monotonic()'),
        (queries_without_organization, "def f(o): return select(Alert).where(Alert.org_id == o)"),
        (queries_without_organization, "def f(org_id): return mine(select(Alert), org_id)"),
        (queries_without_organization, "def f(u): return select(Membership).where(Membership.user_id == u)"),
        (queries_without_organization, "def f(o): return select(Incident)"),
        (provider_names_in_conditions, "LABELS = {'hubspot': 'HubSpot'}"),
    ],
)
def test_what_is_right_is_left_alone(rule: Rule, code: str) -> None:
    assert not list(rule("somewhere.py", ast.parse(code)))
