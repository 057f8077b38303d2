"""The trial, to the hour: notices, the end, and that only what costs money stops."""

from datetime import timedelta

from mailwarden.accounts.models import User
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from tests.billing.steps import Desk, sign_in
from tests.support.browser import Browser
from tests.support.time import TimeMachine

DAY = timedelta(days=1)


async def test_self_hosted_has_everything_and_no_clock(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine
) -> None:
    await time_machine.advance(400 * DAY)
    await sign_in(owner, "owner@example.com")
    told = (await owner.get("/v1/billing")).json()
    assert (told["standing"]["mode"], told["standing"]["may_work"], told["actions"]) == ("self_hosted", True, [])
    assert told["trial_ends_at"] is None
    assert set(told["limits"].values()) == {None}
    for action in ("checkout", "change-plan"):
        answer = await owner.post(f"/v1/billing/{action}", {"plan": "team"})
        assert (answer.status_code, answer.json()["code"]) == (409, "billing_not_offered")
    assert (await owner.http.post("/hooks/stripe", content=b"{}")).status_code == 404


async def test_a_trial_from_its_beginning_to_its_end(desk: Desk) -> None:
    told = await desk.billing()
    assert (told["standing"]["status"], told["plan"], told["actions"]) == ("trialing", "team", ["checkout"])
    await desk.look()
    for days in (7 * DAY, 4 * DAY, 2 * DAY):
        await desk.pass_time(days - timedelta(minutes=1))
        await desk.pass_time(timedelta(minutes=2))
    left = ("7 days", "3 days", "one day")
    assert [one for one in desk.subjects() if "trial" in one] == [f"The trial of “Acme” ends in {one}" for one in left]
    await desk.pass_time(DAY)
    assert await desk.state() == ("inactive", "trial_over")
    assert desk.subjects()[-1] == "“Acme” is not active any more"
    events = (await desk.owner.get("/v1/events", params={"limit": 100})).json()["data"]
    assert [one["type"] for one in events if one["type"].startswith("subscription.")] == ["subscription.inactive"]


async def test_an_address_that_was_never_proved_is_told_nothing(paid: Runtime, payer: Browser, desk: Desk) -> None:
    """Once it is proved its owner hears of what still holds."""
    await _prove(paid, payer, proved=False)
    await desk.pass_time(7 * DAY + timedelta(minutes=1))
    assert [one for one in desk.subjects() if "trial" in one] == []
    await _prove(paid, payer, proved=True)
    await desk.look()
    assert [one for one in desk.subjects() if "trial" in one] == ["The trial of “Acme” ends in 7 days"]


async def _prove(rt: Runtime, browser: Browser, *, proved: bool) -> None:
    async with unit_of_work(rt.sessions) as tx:
        await tx.act_as(browser.user_id)
        user = await tx.session.get_one(User, browser.user_id)
        user.email_verified_at = rt.clock.now() if proved else None
