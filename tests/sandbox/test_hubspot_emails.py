from typing import Any

import pytest

from tests.sandbox.steps import HUBSPOT, Tokens, connect_hubspot

BASES = ("/hubspot/marketing/v3/emails", "/hubspot/marketing/emails/2026-03", "/hubspot/marketing/emails/2026-09")


@pytest.fixture
async def tokens(http) -> Tokens:
    return await connect_hubspot(http)


@pytest.fixture
async def ask(http, tokens):
    async def ask(path: str = BASES[0], **params):
        return await http.get(path, params=params, headers=tokens.headers)

    return ask


async def everything(ask, **params) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        body = (await ask(**params, **({"after": after} if after else {}))).json()
        found += body["results"]
        after = body.get("paging", {}).get("next", {}).get("after")
        if after is None:
            assert body["total"] == len(found)
            return found


@pytest.mark.parametrize("base", BASES)
async def test_all_paths_list_the_same_with_and_without_a_slash(ask, base):
    plain, slashed = (await ask(base)).json(), (await ask(base + "/")).json()
    assert plain["results"] == slashed["results"] == (await ask(BASES[0])).json()["results"]
    assert len(plain["results"]) == 100


async def test_paging_reaches_each_email_once(ask, control):
    listed = await everything(ask, limit=60) + await everything(ask, limit=60, archived="true")
    told = (await control.truth("hubspot", HUBSPOT))["counts"]
    assert len({e["id"] for e in listed}) == len(listed) == told["campaigns"]
    assert sum(e["archived"] for e in listed) == told["archived"]
    assert sum(e["isPublished"] for e in listed) == told["sent"]


async def test_the_next_link_leads_back_to_where_the_caller_came_from(http, tokens, ask):
    link = (await ask(limit=10, sort="-updatedAt")).json()["paging"]["next"]["link"]
    assert link.startswith("http://sandbox.test/hubspot/marketing/v3/emails?")
    again = (await http.get(link, headers=tokens.headers)).json()
    assert (
        again["results"][0]["updatedAt"] <= (await ask(limit=10, sort="-updatedAt")).json()["results"][9]["updatedAt"]
    )


async def test_statistics_come_when_asked_and_equal_the_truth(ask, control):
    assert "stats" not in (await ask()).json()["results"][0]
    listed = await everything(ask, includeStats="True", isPublished="true")
    truth = (await control.truth("hubspot", HUBSPOT, include_archived=False))["totals"]
    names = {"sent": "sent", "delivered": "delivered", "opened": "open", "clicked": "click", "bounced": "bounce",
             "complaints": "spamreport", "unsubscribes": "unsubscribed"}  # fmt: skip
    for ours, theirs in names.items():
        assert sum(e["stats"]["counters"][theirs] for e in listed) == truth[ours]
    ratios = listed[0]["stats"]["ratios"]
    assert 1 < ratios["openratio"] < 100


async def test_times_filter_and_sort(ask):
    listed = await everything(ask, sort="updatedAt")
    assert [e["updatedAt"] for e in listed] == sorted(e["updatedAt"] for e in listed)
    middle = listed[len(listed) // 2]["updatedAt"]
    after = await everything(ask, updatedAfter=middle)
    assert {e["id"] for e in after} == {e["id"] for e in listed if e["updatedAt"] > middle}
    before = await everything(ask, publishedBefore=middle)
    assert {e["id"] for e in before} == {e["id"] for e in listed if e.get("publishedAt", "9") < middle}


async def test_other_filters(ask):
    listed = await everything(ask)
    kinds = {e["type"] for e in listed}
    assert len(kinds) > 1
    for kind in kinds:
        assert len(await everything(ask, type=kind)) == sum(e["type"] == kind for e in listed)
    guid = listed[0]["campaign"]
    assert {e["campaign"] for e in await everything(ask, campaign=guid)} == {guid}
    drafts = await everything(ask, isPublished="false")
    assert {e["state"] for e in drafts} == {"DRAFT", "SCHEDULED"}


async def test_included_properties_make_it_small(ask):
    email = (await ask(includedProperties="name")).json()["results"][0]
    assert set(email) == {"id", "isAb", "name"}


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 101}, {"after": "??"}, {"sort": "size"}, {"updatedAfter": "now"}]
)
async def test_nonsense_is_a_validation_error(ask, wrong):
    answer = await ask(**wrong)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


async def test_one_email_and_its_statistics(ask):
    email = (await ask(includeStats="true")).json()["results"][5]
    assert (await ask(f"{BASES[0]}/{email['id']}", includeStats="true")).json() == email
    assert (await ask(f"{BASES[0]}/{email['id']}/statistics")).json() == email["stats"]
    missing = await ask(f"{BASES[0]}/1")
    assert (missing.status_code, missing.json()["category"]) == (404, "OBJECT_NOT_FOUND")


async def test_aggregates_are_over_emails_sent_in_the_span(ask, control):
    span = {"startTimestamp": "2026-09-01T00:00:00Z", "endTimestamp": "2026-11-01T00:00:00Z"}
    body = (await ask(f"{BASES[2]}/statistics/list", **span)).json()
    window = {"sent_from": span["startTimestamp"], "sent_to": span["endTimestamp"], "include_archived": False}
    truth = (await control.truth("hubspot", HUBSPOT, **window))["totals"]
    assert len(body["emails"]) == len(body["campaignAggregations"]) == truth["campaigns"]
    assert body["aggregate"]["counters"]["sent"] == truth["sent"]
    some = (await ask(f"{BASES[2]}/statistics/list", **span, emailIds=body["emails"][:2])).json()
    assert some["emails"] == body["emails"][:2]


async def test_the_histogram_adds_up_to_the_aggregate(ask):
    span = {"startTimestamp": "2026-01-01T00:00:00Z", "endTimestamp": "2026-11-01T00:00:00Z"}
    whole = (await ask(f"{BASES[1]}/statistics/list", **span)).json()["aggregate"]["counters"]["delivered"]
    for interval in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR"):
        body = (await ask(f"{BASES[1]}/statistics/histogram", **span, interval=interval)).json()
        assert sum(r["aggregations"]["counters"]["delivered"] for r in body["results"]) == whole
        assert body["total"] == len(body["results"])


async def test_the_portal_tells_who_it_is(ask):
    for version in ("v3", "2026-03", "2026-09"):
        body = (await ask(f"/hubspot/account-info/{version}/details")).json()
        assert (body["portalId"], body["timeZone"], body["utcOffset"]) == (int(HUBSPOT), "Europe/Berlin", "+01:00")


async def test_a_missing_scope_is_named(http):
    narrow = await connect_hubspot(http, _sandbox_scopes="oauth")
    for base, names in (
        (BASES[2], ["content"]),
        (BASES[0], ["content", "marketing.email.read", "marketing.email.write"]),
    ):
        answer = await http.get(base, headers=narrow.headers)
        assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
        assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == names


async def test_the_hundred_and_eleventh_call_in_ten_seconds_is_refused(ask, wall):
    for _ in range(110):
        last = await ask(limit=1)
    assert last.headers["x-hubspot-ratelimit-remaining"] == "0"
    refused = await ask(limit=1)
    assert (refused.status_code, refused.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    wall.now += 10.1
    assert (await ask(limit=1)).status_code == 200
