"""Whom a campaign writes to, and what they would get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.core.runtime import Runtime
from mailwarden.outreach.people.rules import address_of
from tests.outreach.steps import PATH, add_people, draft, listed, people, post, run_sql, set_steps
from tests.support.browser import Browser


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        (" ada@example.com ", "ada@example.com"),
        ("Ada Lovelace <ada@example.com>", "ada@example.com"),
        ("ada+list@mail.example.co.uk", "ada+list@mail.example.co.uk"),
        ("info@exämple.de", "info@xn--exmple-cua.de"),
        ("größe@example.de", None),
        ("ada", None),
        ("ada@localhost", None),
        ("ada@example..com", None),
        ("ada@-example.com", None),
        ("ada@1.2.3.4", None),
        (".ada@example.com", None),
        ("a da@example.com", None),
        ("ada@example.com, bob@example.com", None),
        ("ada@example.com\r\nBcc: x@example.com", None),
        ('"ada"@example.com', None),
        ("a" * 65 + "@example.com", None),
        ("ada\u200b@example.com", None),
    ],
)
def test_what_an_address_is(text: str, address: str | None) -> None:
    assert address_of(text) == address


@given(st.text())
def test_an_address_is_one_line_with_one_domain(text: str) -> None:
    found = address_of(text)
    if found is not None:
        assert not set(found) & set(' \r\n\t<>,;:"\\()[]\x00')
        assert address_of(found) == found


async def test_each_address_once(owner: Browser) -> None:
    campaign = await draft(owner)
    given = [{"address": "A@example.com", "name": "First"}, {"address": "a@example.com", "name": "Second"}]
    done = await add_people(owner, campaign, [*given, {"address": "b@example.com"}])
    assert done == {"added": 2, "duplicates": 1, "suppressed": 0}
    assert (await add_people(owner, campaign, given))["added"] == 0
    assert [(one["address"], one["name"]) for one in await listed(owner, campaign)] == [
        ("a@example.com", "First"),
        ("b@example.com", ""),
    ]


async def test_who_wants_no_mail_is_shown_so_from_the_start(owner: Browser, runtime: Runtime) -> None:
    unwilling = "INSERT INTO suppressions (id, org_id, address, reason) VALUES (uuidv7(), :org, :to, 'unsubscribed')"
    await run_sql(runtime, owner.org_id, unwilling, org=owner.org_id, to="p1@example.net")
    campaign = await draft(owner)
    assert (await add_people(owner, campaign, people(3)))["suppressed"] == 1
    found = await listed(owner, campaign, state="suppressed")
    assert [(one["address"], one["state_reason"]) for one in found] == [("p1@example.net", "unsubscribed")]


async def test_search_and_pages(owner: Browser) -> None:
    campaign = await draft(owner)
    await add_people(owner, campaign, [*people(30), {"address": "x@example.org", "name": "100% Ada_Lovelace"}])
    assert [one["address"] for one in await listed(owner, campaign, q="ADA_")] == ["x@example.org"]
    assert await listed(owner, campaign, q="da%lov") == []
    path, seen, cursor = f"{PATH}/{campaign['id']}/recipients", [], None
    while True:
        page = (await owner.get(path, params={"limit": 7} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [one["address"] for one in page["data"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert seen == [*[f"p{n}@example.net" for n in range(30)], "x@example.org"]


async def test_remove_skip_and_take_back(owner: Browser) -> None:
    campaign = await draft(owner)
    await add_people(owner, campaign, people(2))
    first, second = await listed(owner, campaign)
    path = f"{PATH}/{campaign['id']}/recipients"
    assert (await owner.delete(f"{path}/{first['id']}")).status_code == 204
    skipped = await post(owner, campaign, f"recipients/{second['id']}/skip")
    assert (skipped["state"], skipped["state_reason"]) == ("skipped", "member")
    assert (await post(owner, campaign, f"recipients/{second['id']}/unskip"))["state"] == "waiting"
    assert (await owner.post(f"{path}/{second['id']}/unskip")).status_code == 409


async def test_the_preview_shows_what_one_would_get(owner: Browser) -> None:
    campaign = await draft(owner)
    link = '<a href="{{site|https://example.com}}">{{company}}</a>'
    await set_steps(owner, campaign, {"subject": "For {{name|you}}", "html": link}, {"html": "<p>{{email}}</p>"})
    hostile = {"site": "javascript:alert(1)", "company": "<b>R&D</b>"}
    await add_people(owner, campaign, [{"address": "a@example.com", "name": "Ada", "fields": hostile}, *people(1)])
    first, second = await listed(owner, campaign)

    async def preview(step: int, recipient: str) -> dict[str, object]:
        query = {"step": step, "recipient_id": recipient}
        found: dict[str, object] = (await owner.get(f"{PATH}/{campaign['id']}/preview", params=query)).json()
        return found

    shown = await preview(1, first["id"])
    assert (shown["subject"], shown["missing"]) == ("For Ada", [])
    assert shown["html"] == '<a rel="noopener noreferrer">&lt;b&gt;R&amp;D&lt;/b&gt;</a>'
    assert await preview(2, first["id"]) == {"subject": "Re: For Ada", "html": "<p>a@example.com</p>", "missing": []}
    assert (await preview(1, second["id"]))["missing"] == ["company"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "nobody"},
        {"address": "a@example.com", "fields": {"First Name": "x"}},
        {"address": "a@example.com", "zone": "Europe/Nowhere"},
        {"address": "a@example.com", "fields": {f"f{n}": "x" for n in range(61)}},
    ],
)
async def test_what_does_not_fit_is_refused(owner: Browser, wrong: dict[str, object]) -> None:
    campaign = await draft(owner)
    answer = await owner.post(f"{PATH}/{campaign['id']}/recipients", {"recipients": [wrong]})
    assert answer.status_code == 422
