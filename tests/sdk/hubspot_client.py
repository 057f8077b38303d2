"""Runs in the environment of HubSpot's official client: ``python hubspot_client.py STEP`` with arguments on stdin."""

import json
import sys
from typing import Any

import hubspot  # type: ignore[import-not-found]
from hubspot.marketing.emails import ApiException  # type: ignore[import-not-found]
from hubspot.oauth import ApiException as TokenException  # type: ignore[import-not-found]

COUNTERS = ("sent", "delivered", "open", "click", "bounce", "spamreport", "unsubscribed")


def client(told: dict[str, Any]) -> Any:
    return hubspot.Client.create(access_token=told.get("access"), host=told["base"])


def pages(told: dict[str, Any]) -> Any:
    api, after, ids, sums = client(told).marketing.emails.marketing_emails_api, None, [], dict.fromkeys(COUNTERS, 0)
    while True:
        more: dict[str, str] = {"after": after} if after else {}
        page = api.get_page(limit=60, include_stats=True, sort=["-updatedAt"], **more)
        for email in page.results:
            ids.append(email.id)
            for name in COUNTERS:
                sums[name] += email.stats.counters[name]
        if page.paging is None:
            return {"ids": ids, "sums": sums, "total": page.total}
        after = page.paging.next.after


def one(told: dict[str, Any]) -> Any:
    email = client(told).marketing.emails.marketing_emails_api.get_by_id(told["id"], include_stats=True)
    return {"name": email.name, "subject": email.subject, "state": email.state, "sent": email.stats.counters["sent"]}


def statistics(told: dict[str, Any]) -> Any:
    api, span = (
        client(told).marketing.emails.statistics_api,
        {"start_timestamp": told["start"], "end_timestamp": told["end"]},
    )
    whole, months = api.get_emails_list(**span), api.get_histogram(**span, interval="MONTH")
    some = api.get_emails_list(**span, email_ids=whole.emails[:2])
    return {
        "emails": len(whole.emails),
        "sent": whole.aggregate.counters["sent"],
        "months": sum(m.aggregations.counters["sent"] for m in months.results),
        "some": some.emails == whole.emails[:2],
    }


def refresh(told: dict[str, Any]) -> Any:
    api = client(told).oauth
    form = {"refresh_token": told["refresh"], "client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    try:
        answer = api.tokens_api.create(grant_type="refresh_token", **form)
    except TokenException as refused:
        return {"refused": refused.status, "body": json.loads(refused.body)}
    return {"hub_id": api.access_tokens_api.get(answer.access_token).hub_id, "expires_in": answer.expires_in}


def refused(told: dict[str, Any]) -> Any:
    try:
        client(told).marketing.emails.marketing_emails_api.get_page()
    except ApiException as error:
        return {"refused": error.status, "body": json.loads(error.body)}
    return {}


if __name__ == "__main__":
    step = {f.__name__: f for f in (pages, one, statistics, refresh, refused)}[sys.argv[1]]
    json.dump(step(json.load(sys.stdin)), sys.stdout)
