"""Finding mail and suppressions again by a part of what one remembers."""

from typing import Any

from tests.sending.core.steps import open_box
from tests.support.world import World


async def found(browser: Any, path: str, q: str, field: str) -> list[str]:
    answer = await browser.get(path, params={"q": q})
    assert answer.status_code == 200, answer.text
    return [one[field] for one in answer.json()["data"]]


async def test_mail_is_found_by_its_subject_and_by_who_it_is_for(world: World) -> None:
    browser = (await open_box(world, "google")).linked.browser
    await browser.post("/v1/messages", {"subject": "100% sure", "to": [{"address": "ada@else.test", "name": "Ada"}]})
    await browser.post("/v1/messages", {"subject": "Lunch", "cc": [{"address": "bob@else.test"}]})
    subjects = {"SURE": ["100% sure"], "%": ["100% sure"], "bob@": ["Lunch"], "ada": ["100% sure"], "carl": []}
    for words, wanted in subjects.items():
        assert await found(browser, "/v1/messages", words, "subject") == wanted, words


async def test_a_suppression_is_found_by_a_part_of_its_address(world: World) -> None:
    browser = (await open_box(world, "google")).linked.browser
    for address in ("ada@else.test", "bob_b@other.test"):
        await browser.post("/v1/suppressions", {"address": address})
    assert await found(browser, "/v1/suppressions", "ELSE", "address") == ["ada@else.test"]
    assert await found(browser, "/v1/suppressions", "_", "address") == ["bob_b@other.test"]
