"""Row W7: places at providers that push to us die, and we notice by looking."""

from datetime import timedelta
from typing import Any

import httpx

from mailwarden.connections.credentials import read_held
from mailwarden.hooks import keeping
from tests.hooks.reached import Reached, reachable
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import Linked

HOOKS = {"keap": "/crm/rest/v1/hooks", "microsoft": "/v1.0/subscriptions"}
LONGEST_S, STEP_S = 15 * 60, 30
AT_ONCE = 6  # connections of each provider


async def _ask(reached: Reached, link: Linked, method: str, path: str = "") -> Any:
    """As the person's own app could: with the access token that we hold."""
    held = await read_held(reached.world.runtime, link.browser.org_id, link.id)
    url = f"{reached.world.sandbox.url}/{link.provider}{HOOKS[link.provider]}{path}"
    async with httpx.AsyncClient() as http:
        answer = await http.request(method, url, headers={"Authorization": f"Bearer {held.access_token}"})
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def _listening(reached: Reached, link: Linked) -> dict[str, str]:
    """What the provider would tell us of: its names of places by what they are about."""
    told = await _ask(reached, link, "GET")
    if link.provider == "keap":
        return {one["eventKey"]: one["key"] for one in told if one["status"] == "Verified"}
    return {one["resource"]: one["id"] for one in told["value"]}


async def died(ground: Ground, n: int) -> Tally:
    """A subscription is gone at the provider: within a quarter of an hour we are told again."""
    rng, tally = ground.rng("W7"), Tally()
    async with living(ground, "W7", refresh_deadline_s=5) as world, reachable(world) as reached:
        links = [await reached.connected(provider) for provider in HOOKS for _ in range(min(AT_ONCE, -(-n // 2)))]
        await world.run_for(60)
        whole = {link.id: set(await _listening(reached, link)) for link in links}
        tally.violations += ["nobody is told anything"] * (not all(whole.values()))
        while tally.n < n and not tally.violations:
            await world.run_for(rng.uniform(30, LONGEST_S), widest=STEP_S)
            await _one_round(reached, links, whole, tally, rng)
    return tally


async def _one_round(reached: Reached, links: list[Linked], whole: dict[Any, set[str]], tally: Tally, rng: Any) -> None:
    for link in links:
        there = await _listening(reached, link)
        await _ask(reached, link, "DELETE", f"/{there[rng.choice(sorted(there))]}")
    began, blind = reached.world.now(), list(links)
    while blind and (reached.world.now() - began).total_seconds() <= LONGEST_S + STEP_S:
        await reached.world.run_for(STEP_S, widest=STEP_S)
        blind = [link for link in blind if set(await _listening(reached, link)) != whole[link.id]]
        if not blind:
            took = (reached.world.now() - began).total_seconds()
            tally.figures["longest blind, s"] = max(tally.figures.get("longest blind, s", 0), round(took))
    for link in links:
        tally.see(link not in blind, f"{link.provider} {link.account}: still not told anything")


async def died_unnoticed(ground: Ground, n: int) -> Tally:
    """The broken variant looks four times a day."""
    with broken(keeping, "EVERY", timedelta(hours=6)):
        return await died(ground, n)


ROWS = [Row("W7", "subscriptions die at the provider", "blind for 15 min at most", 72, died, died_unnoticed)]
