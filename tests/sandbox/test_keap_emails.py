import base64
from typing import Any

import pytest

from mailwarden_sandbox.data.columns import SMS
from tests.sandbox.keap_steps import KEAP, V1, V2, connect_keap

HTML = base64.b64encode(b"<p>Hello</p>").decode()


async def every(http, tokens, path: str, field: str, **params) -> list[dict[str, Any]]:
    found, token = [], ""
    while True:
        asked = {**params, **({"page_token": token} if token else {})}
        answer = (await http.get(path, params=asked, headers=tokens.headers)).json()
        found += answer[field]
        token = answer["next_page_token"]
        if not token:
            return found


async def test_records_add_up_to_the_truth(http, control):
    tokens = await connect_keap(http)
    await control.quotas(enabled=False)
    records = await every(http, tokens, f"{V2}/emails", "emails", page_size=700, order_by="created_time asc")
    totals = (await control.truth("keap", KEAP))["totals"]
    assert len({r["id"] for r in records}) == len(records) == totals["sent"]
    assert sum(r["opened_time"] is not None for r in records) == totals["opened"]
    assert sum(r["clicked_time"] is not None for r in records) == totals["clicked"]
    times = [r["sent_time"] for r in records]
    assert times == sorted(times)
    assert all(r["sent_time"] < r["opened_time"] <= (r["clicked_time"] or "9") for r in records if r["opened_time"])


async def test_filters_by_time_and_contact_agree_with_the_whole(http, control):
    tokens = await connect_keap(http)
    await control.quotas(enabled=False)
    whole = await every(http, tokens, f"{V2}/emails", "emails")
    since, until = "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"
    span = f"start_created_time=={since};end_created_time=={until}"
    some = await every(http, tokens, f"{V2}/emails", "emails", filter=span, page_size=50)
    assert [r["id"] for r in some] == [r["id"] for r in whole if since <= r["sent_time"] <= until]
    contact = some[0]["contact_id"]
    theirs = await every(http, tokens, f"{V2}/emails", "emails", filter=f"contact_id=={contact}", page_size=7)
    assert theirs == [r for r in whole if r["contact_id"] == contact]
    by_address = await every(http, tokens, f"{V2}/emails", "emails", filter=f"email=={theirs[0]['sent_to_address']}")
    assert by_address == theirs


async def test_the_older_version_has_offsets_and_other_names(http, control):
    tokens = await connect_keap(http)
    await control.quotas(enabled=False)
    newer = await every(http, tokens, f"{V2}/emails", "emails")
    page = (await http.get(f"{V1}/emails", params={"limit": 5, "offset": 5}, headers=tokens.headers)).json()
    assert [e["id"] for e in page["emails"]] == [int(e["id"]) for e in newer[5:10]]
    assert page["count"] == len(newer)
    following = (await http.get(page["next"], headers=tokens.headers)).json()
    assert following["emails"][0]["id"] == int(newer[10]["id"])
    alone = await http.get(f"{V1}/emails", params={"until_sent_date": "2026-10-01T00:00:00Z"}, headers=tokens.headers)
    assert alone.status_code == 400


async def test_one_record_has_its_content_and_unknown_ones_are_not_found(http):
    tokens = await connect_keap(http)
    first = (await http.get(f"{V2}/emails", params={"page_size": 1}, headers=tokens.headers)).json()["emails"][0]
    one = (await http.get(f"{V2}/emails/{first['id']}", headers=tokens.headers)).json()
    assert first.items() <= one.items()
    assert (await http.get(f"{V2}/emails/99", headers=tokens.headers)).status_code == 404


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_what_is_queued_becomes_a_record_a_moment_later(http, control, version):
    tokens = await connect_keap(http)
    contact = {"email_addresses": [{"email": "ada@example.org", "field": "EMAIL1"}], "given_name": "Ada"}
    made = await http.post(f"{V2}/contacts", json=contact, headers=tokens.headers)
    assert made.status_code == 201
    id_ = made.json()["id"]
    if version == "v2":
        order = {"contacts": [id_], "subject": "Hello", "user_id": "900001", "html_content": HTML}
        queued = await http.post(f"{V2}/emails:send", json=order, headers=tokens.headers)
    else:
        older = {"contacts": [int(id_)], "subject": "Hello", "user_id": 900_001, "html_content": HTML}
        queued = await http.post(f"{V1}/emails/queue", json=older, headers=tokens.headers)
    assert (queued.status_code, queued.content) == (202, b"")
    theirs = {"params": {"filter": f"contact_id=={id_}"}, "headers": tokens.headers}
    assert (await http.get(f"{V2}/emails", **theirs)).json()["emails"] == []
    await control.advance(5)
    (record,) = (await http.get(f"{V2}/emails", **theirs)).json()["emails"]
    assert (record["subject"], record["sent_to_address"]) == ("Hello", "ada@example.org")
    assert (await http.get(f"{V2}/emails/{record['id']}", headers=tokens.headers)).json()["html_content"] == HTML


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": None}, {"from_address": "news@harbor-books.test"}, {"contacts": []}, {"contacts": ["7"]},
        {"html_content": "<p>"}, {"subject": ""}, {"attachments": [{"file_name": "a.exe", "file_data": ""}]},
    ],
)  # fmt: skip
async def test_a_wrong_order_is_refused_and_nothing_is_sent(http, change):
    tokens = await connect_keap(http)
    order = {"contacts": ["1001"], "subject": "Hello", "user_id": "900001", "html_content": HTML, **change}
    refused = await http.post(f"{V2}/emails:send", json=order, headers=tokens.headers)
    assert (refused.status_code, refused.json()["code"]) == (400, 400)


async def test_contacts_are_listed_changed_ones_apart_and_duplicates_found(http, control):
    tokens = await connect_keap(http)
    people = await every(
        http, tokens, f"{V2}/contacts", "contacts", page_size=100, fields="email_addresses,update_time"
    )
    assert len({p["id"] for p in people}) == len(people) == 240
    newest = max(p["update_time"] for p in people)
    changed = await every(http, tokens, f"{V2}/contacts", "contacts", filter=f"start_update_time=={newest}")
    assert len(changed) == 1
    address = people[3]["email_addresses"][0]["email"]
    asked = {"email_addresses": [{"email": address.upper(), "field": "EMAIL1"}], "given_name": "New"}
    path = f"{V2}/contacts"
    again = await http.post(path, params={"duplicate_option": "Email"}, json=asked, headers=tokens.headers)
    assert (again.status_code, again.json()["id"], again.json()["given_name"]) == (200, people[3]["id"], "New")
    found = await every(http, tokens, path, "contacts", filter=f"email=={address}")
    assert [p["id"] for p in found] == [people[3]["id"]]


async def test_addresses_have_a_status_that_only_some_may_lift(http):
    tokens = await connect_keap(http)
    path = f"{V2}/emailAddresses"
    bounced = await every(http, tokens, path, "email_addresses", filter="statuses==HARD_BOUNCE")
    assert bounced
    assert not any(b["opted_in"] for b in bounced)
    lift = {"opted_in": True, "reason": "asked for it"}
    one = f"{path}/{bounced[0]['email']}/status"
    assert (await http.patch(one, json=lift, headers=tokens.headers)).json()["status"] == "HARD_BOUNCE"
    (wanted, *_) = await every(http, tokens, path, "email_addresses", filter="statuses==NON_MARKETABLE")
    lifted = (await http.patch(f"{path}/{wanted['email']}/status", json=lift, headers=tokens.headers)).json()
    assert (lifted["status"], lifted["opted_in"]) == ("SINGLE_OPT_IN", True)


async def test_automations_are_listed_in_both_versions(http, control, sandbox):
    tokens = await connect_keap(http)
    newer = await every(http, tokens, f"{V2}/campaigns", "campaigns", page_size=90, order_by="name asc")
    book = sandbox.world.account("keap", KEAP).book
    assert len(newer) == sum(not a for a in book.columns.archived)
    assert SMS not in book.columns.channel
    assert [c["name"] for c in newer] == sorted(c["name"] for c in newer)
    older = (await http.get(f"{V1}/campaigns", params={"limit": 3}, headers=tokens.headers)).json()
    assert (type(older["campaigns"][0]["id"]), type(newer[0]["id"])) == (int, str)
    same = (await http.get(f"{V2}/campaigns/{older['campaigns'][0]['id']}", headers=tokens.headers)).json()
    assert same["name"] == older["campaigns"][0]["name"]


async def test_a_wrong_page_token_or_filter_is_a_bad_request(http):
    tokens = await connect_keap(http)
    for params in ({"page_token": "junk"}, {"filter": "subject==x"}, {"page_size": "1001"}):
        refused = await http.get(f"{V2}/emails", params=params, headers=tokens.headers)
        assert (refused.status_code, refused.json()["status"]) == (400, "INVALID_ARGUMENT")
