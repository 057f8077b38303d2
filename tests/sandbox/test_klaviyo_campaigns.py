import pytest

from tests.sandbox.steps import KLAVIYO, Tokens, connect_klaviyo, pages

EMAIL = "equals(messages.channel,'email')"
CAMPAIGNS, MESSAGES = "/klaviyo/api/campaigns", "/klaviyo/api/campaign-messages"


@pytest.fixture(autouse=True)
async def _no_quotas(control):
    await control.quotas(enabled=False)


@pytest.fixture
async def tokens(http) -> Tokens:
    return await connect_klaviyo(http)


@pytest.fixture
async def ask(http, tokens):
    async def ask(path: str = CAMPAIGNS, revision: str = "2026-07-15", **params):
        named = {name.replace("page_", "page[") + ("]" if "page_" in name else ""): v for name, v in params.items()}
        return await http.get(path, params=named, headers={**tokens.headers, "revision": revision})

    return ask


def error(answer):
    return answer.status_code, answer.json()["errors"][0]["code"], answer.json()["errors"][0]["source"]


async def test_the_channel_filter_is_required(ask):
    for filter_ in ({}, {"filter": "equals(archived,false)"}):
        assert error(await ask(**filter_)) == (400, "invalid", {"parameter": "filter"})


async def test_links_lead_to_each_campaign_once(http, tokens, control):
    truth = (await control.truth("klaviyo", KLAVIYO))["counts"]
    emails = await pages(http, f"{CAMPAIGNS}?filter={EMAIL}", tokens)
    archived = await pages(http, f"{CAMPAIGNS}?filter=and({EMAIL},equals(archived,true))&page[size]=7", tokens)
    texts = await pages(http, f"{CAMPAIGNS}?filter=equals(messages.channel,'sms')", tokens)
    assert len(archived) == truth["archived"]
    assert len({c["id"] for c in emails + archived}) == truth["campaigns"]
    assert 0 < len(texts) <= truth["sms"]
    by_status = {
        s: sum(c["attributes"]["status"] == s for c in emails + archived) for s in ("Sent", "Draft", "Scheduled")
    }
    assert by_status == {"Sent": truth["sent"], "Draft": truth["draft"], "Scheduled": truth["scheduled"]}


async def test_the_sdks_ways_of_sending_a_cursor(ask):
    first = (await ask(filter=EMAIL, page_size=10)).json()
    link = first["links"]["next"]
    assert link.startswith("http://sandbox.test/klaviyo/api/campaigns?")
    bare = link.split("page%5Bcursor%5D=")[1].split("&")[0]
    want = [c["id"] for c in (await ask(filter=EMAIL, page_size=10, page_cursor=bare)).json()["data"]]
    assert want
    assert want[0] not in [c["id"] for c in first["data"]]
    for cursor in ("=" + bare, link, link.replace("http://", "https://")):
        got = (await ask(filter=EMAIL, page_size=10, page_cursor=cursor)).json()
        assert [c["id"] for c in got["data"]] == want
    assert error(await ask(filter=EMAIL, page_cursor="nonsense"))[0] == 400


@pytest.mark.parametrize("sort", ["created_at", "-updated_at", "name", "id", "-scheduled_at"])
async def test_sorting(ask, sort):
    data = (await ask(filter=EMAIL, sort=sort)).json()["data"]
    name = sort.removeprefix("-")
    values = [c["id"] if name == "id" else c["attributes"][name] or "" for c in data]
    assert values == sorted(values, reverse=sort.startswith("-"))


async def test_filters(http, tokens, ask):
    everything = await pages(http, f"{CAMPAIGNS}?filter={EMAIL}&sort=updated_at", tokens)
    middle = everything[len(everything) // 2]["attributes"]["updated_at"].replace("+00:00", "Z")
    for operator, many in (
        ("greater-or-equal", len(everything) - len(everything) // 2),
        ("less-than", len(everything) // 2),
    ):
        got = await pages(http, f"{CAMPAIGNS}?filter=and({EMAIL},{operator}(updated_at,{middle}))", tokens)
        assert len(got) == many
    drafts = (await ask(filter=f"{EMAIL},any(status,['Draft','Cancelled'])")).json()["data"]
    assert {c["attributes"]["status"] for c in drafts} == {"Draft", "Cancelled"}
    wanted = [c["id"] for c in everything[:3]]
    some = (await ask(filter=f'and({EMAIL},any(id,["{wanted[0]}","{wanted[1]}","{wanted[2]}"]))')).json()["data"]
    assert {c["id"] for c in some} == set(wanted)
    named = (await ask(filter=f"and({EMAIL},contains(name,'black WEEK'))")).json()["data"]
    assert named
    assert all("Black week" in c["attributes"]["name"] for c in named)


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter": f"or({EMAIL},equals(archived,true))"},
        {"filter": f"and({EMAIL}"},
        {"filter": "equals(messages.channel,'fax')"},
        {"filter": f"and({EMAIL},equals(size,3))"},
        {"filter": f"and({EMAIL},greater-than(updated_at,yesterday))"},
        {"filter": EMAIL, "sort": "size"},
        {"filter": EMAIL, "page_size": 101},
        {"filter": EMAIL, "include": "flows"},
    ],
)
async def test_nonsense_is_an_invalid_input(ask, wrong):
    status, code, source = error(await ask(**wrong))
    assert (status, code) == (400, "invalid")
    assert source["parameter"] in ("filter", "sort", "page[size]", "include")


async def test_included_messages_hold_the_subject(ask):
    body = (await ask(filter=EMAIL, include="campaign-messages")).json()
    messages = {m["id"]: m for m in body["included"]}
    for campaign in body["data"]:
        (link,) = campaign["relationships"]["campaign-messages"]["data"]
        assert messages[link["id"]]["attributes"]["definition"]["content"]["subject"]
    assert "data" not in (await ask(filter=EMAIL)).json()["data"][0]["relationships"]["campaign-messages"]


async def test_sparse_fields(ask):
    body = (await ask(filter=EMAIL, **{"fields[campaign]": "name,send_strategy.method"})).json()
    assert set(body["data"][0]["attributes"]) == {"name", "send_strategy"}
    assert set(body["data"][0]["attributes"]["send_strategy"]) == {"method"}


async def test_one_campaign_and_its_message(ask):
    campaign = (await ask(filter=EMAIL)).json()["data"][0]
    assert (await ask(f"{CAMPAIGNS}/{campaign['id']}/")).json()["data"] == campaign
    (message,) = (await ask(f"{CAMPAIGNS}/{campaign['id']}/campaign-messages")).json()["data"]
    assert (await ask(f"{MESSAGES}/{message['id']}")).json()["data"] == message
    assert (await ask(f"{MESSAGES}/{message['id']}/campaign")).json()["data"]["id"] == campaign["id"]
    assert error(await ask(f"{CAMPAIGNS}/01JUNKJUNKJUNKJUNKJUNKJUNK"))[:2] == (404, "not_found")


async def test_the_page_size_came_with_a_revision(ask):
    assert (await ask(revision="2026-04-15", filter=EMAIL, page_size=5)).status_code == 200
    assert error(await ask(revision="2026-01-15", filter=EMAIL, page_size=5))[2] == {"parameter": "page[size]"}


@pytest.mark.parametrize(
    ("revision", "status"), [("", 400), ("tomorrow", 400), ("2024-10-15", 410), ("2025-01-15", 200)]
)
async def test_revisions_are_required_and_retired_after_two_years(ask, revision, status):
    assert (await ask(revision=revision, filter=EMAIL)).status_code == status


async def test_the_newer_shape_needs_no_channel_and_knows_no_status(ask):
    for revision in ("2026-10-15", "2026-07-15.pre"):
        campaign = (await ask(revision=revision)).json()["data"][0]
        assert set(campaign["attributes"]) == {"created_at", "updated_at", "definition"}
        assert "status" not in campaign["attributes"]["definition"]
    assert error(await ask(revision="2026-10-15", filter=EMAIL))[2] == {"parameter": "filter"}
    assert (await ask(MESSAGES)).status_code == 404


async def test_status_and_subject_live_on_messages_and_variations(http, tokens, ask, control):
    new = Tokens(tokens.access, tokens.refresh, {})
    truth = (await control.truth("klaviyo", KLAVIYO))["counts"]
    found, cursor = [], None
    while True:
        body = (
            await ask(
                MESSAGES, "2026-10-15", filter="equals(status,'draft')", **({"page_cursor": cursor} if cursor else {})
            )
        ).json()
        found += body["data"]
        cursor = body["links"]["next"]
        if not cursor:
            break
    assert truth["draft"] <= len(found) <= truth["draft"] + truth["sms"]
    assert len((await ask(MESSAGES, "2026-10-15")).json()["data"]) == 20
    message = found[0]
    (variation,) = (await ask(f"{MESSAGES}/{message['id']}/campaign-variations", "2026-10-15")).json()["data"]
    assert variation["attributes"]["definition"]["details"]["subject"]
    owner = message["relationships"]["campaign"]["links"]["related"]
    campaign = (await http.get(owner, headers={**new.headers, "revision": "2026-10-15"})).json()["data"]
    of_campaign = (
        await ask(MESSAGES, "2026-10-15", filter=f"equals(campaign_id,'{campaign['id']}')", include="campaign")
    ).json()
    assert [m["id"] for m in of_campaign["data"]] == [message["id"]]
    assert of_campaign["included"][0]["id"] == campaign["id"]


async def test_a_missing_scope_is_a_json_api_403(http):
    narrow = await connect_klaviyo(http, _sandbox_scopes="accounts:read")
    answer = await http.get(CAMPAIGNS, params={"filter": EMAIL}, headers=narrow.headers)
    assert error(answer)[:2] == (403, "permission_denied")
    assert answer.headers["content-type"].startswith("application/vnd.api+json")


async def test_metrics(http, tokens, ask):
    names = {m["attributes"]["name"] for m in (await ask("/klaviyo/api/metrics")).json()["data"]}
    assert {"Placed Order", "Opened Email", "Received Email"} <= names
    shop = (await ask("/klaviyo/api/metrics", filter="equals(integration.name,'Shopify')")).json()["data"]
    assert len(shop) == 3
    assert (await ask(f"/klaviyo/api/metrics/{shop[0]['id']}")).json()["data"] == shop[0]
