"""Those who run the instance hear once a day that stored authorizations cannot be decrypted, and of no tenant."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailwarden.accounts.service import make_operator
from mailwarden.alerts.models import OperatorNotice
from mailwarden.alerts.operators import UNREADABLE_TITLE
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from tests.accounts.steps import prove_address
from tests.alerts.support import mails
from tests.conftest import MakeConnection, NewClient
from tests.connections.steps import REVOKED, fail
from tests.connections.test_unreadable import BOTH, damage, run
from tests.support.browser import sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine


@pytest.fixture
async def operator(runtime: Runtime, new_client: NewClient) -> None:
    await prove_address(runtime, await sign_up(new_client(), "operator@example.com", "Ours"))
    async with unit_of_work(runtime.sessions) as tx:
        await make_operator(tx, "operator@example.com")


async def notices(runtime: Runtime) -> list[str]:
    async with reader(runtime.sessions) as tx:
        return list(await tx.session.scalars(select(OperatorNotice.title)))


@pytest.mark.usefixtures("operator")
async def test_many_in_a_day_are_one_mail(
    runtime: Runtime, make_connection: MakeConnection, tmp_path: Path, time_machine: TimeMachine
):
    for _ in range(3):
        row = await make_connection(account_label="secret-customer.test")
        await damage(runtime, row, *BOTH)
        await run(runtime, row)
    await drain(runtime)
    assert await notices(runtime) == [UNREADABLE_TITLE]
    told = [one for one in mails(tmp_path / "mail") if one["To"] == "operator@example.com"]
    assert [one["Subject"] for one in told] == [UNREADABLE_TITLE]
    assert "secret-customer" not in told[0].as_string()
    await time_machine.advance(timedelta(days=1))
    row = await make_connection()
    await damage(runtime, row, *BOTH)
    await run(runtime, row)
    assert len(await notices(runtime)) == 2


@pytest.mark.usefixtures("operator")
async def test_a_suspicion_is_no_business_of_theirs(runtime: Runtime, make_connection: MakeConnection):
    await fail(runtime, await make_connection(), REVOKED)
    assert await notices(runtime) == []
