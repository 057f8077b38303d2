"""What a member may not do with somebody else's campaign, route by route."""

from typing import Any

from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Runtime
from tests.outreach.steps import FIRST, PATH, get, listed, make_mailbox, people, ready, run_sql, start
from tests.outreach.test_imports import FILE, upload
from tests.support.browser import Browser

ROLE = "role_required"
WRITES: list[tuple[str, str, Any]] = [
    ("patch", "", {"name": "Mine"}),
    ("delete", "", None),
    ("put", "/steps", {"steps": [FIRST]}),
    ("post", "/accounts", {"mailbox_id": "{mailbox}"}),
    ("delete", "/accounts/{account}", None),
    ("post", "/accounts/{account}/re-add", {}),
    ("post", "/start", {}),
    ("post", "/pause", {}),
    ("post", "/resume", {}),
    ("post", "/archive", {}),
    ("post", "/recipients", {"recipients": [{"address": "x@example.net"}]}),
    ("delete", "/recipients/{person}", None),
    ("post", "/recipients/{person}/skip", {}),
    ("post", "/recipients/{person}/unskip", {}),
    ("post", "/imports", {"file_name": "x.csv", "content": "YUBiLmRl"}),
    ("post", "/imports/{file}/check", {"mapping": {"E-Mail": "address"}}),
    ("post", "/imports/{file}/run", {"mapping": {"E-Mail": "address"}}),
]


async def test_a_member_changes_nothing_of_somebody_elses_campaign(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    campaign = await start(owner, await ready(owner, [slot], people(1)))
    names = {
        "mailbox": format_id("mbx", slot.id),
        "account": campaign["accounts"][0]["id"],
        "person": (await listed(owner, campaign))[0]["id"],
        "file": (await upload(owner, campaign, FILE))["id"],
    }
    await run_sql(runtime, owner.org_id, "UPDATE outreach_campaigns SET author_id = :nobody", nobody=owner.org_id)
    await run_sql(runtime, owner.org_id, "UPDATE memberships SET role = 'member'")
    before = await get(owner, campaign)
    for method, path, body in WRITES:
        given = {key: value.format(**names) if isinstance(value, str) else value for key, value in (body or {}).items()}
        answer = await owner.http.request(
            method.upper(),
            f"{PATH}/{campaign['id']}{path.format(**names)}",
            headers={"If-Match": before["etag"]},
            json=None if body is None else given,
        )
        assert (answer.status_code, answer.json()["code"]) == (403, ROLE), (method, path)
    told = (await owner.post(f"{PATH}/resume", {"campaign_ids": [campaign["id"]]})).json()
    assert [one["code"] for one in told["not_resumed"]] == [ROLE]
    assert await get(owner, campaign) == before
