"""Runs in an environment of Klaviyo's official client: ``python klaviyo_client.py STEP`` with arguments on stdin.

The same program drives both versions; where campaigns differ between their revisions there are two steps.
"""

import json
import sys
from typing import Any

from klaviyo_api import KlaviyoAPI  # type: ignore[import-not-found]
from openapi_client.exceptions import ApiException  # type: ignore[import-not-found]

STATISTICS = ["recipients", "delivered", "opens_unique", "clicks_unique", "bounced"]


def client(told: dict[str, Any]) -> Any:
    return KlaviyoAPI(None, access_token=told["access"], test_host=told["base"], max_retries=1)


def all_pages(call: Any, **arguments: Any) -> list[Any]:
    """To the end, handing the link back as the client's manual says."""
    found, cursor = [], None
    while True:
        page = call(**arguments, **({"page_cursor": cursor} if cursor else {}))
        found += page.data
        cursor = page.links.next
        if cursor is None:
            return found


def classic(told: dict[str, Any]) -> Any:
    campaigns = all_pages(client(told).Campaigns.get_campaigns, filter=told["filter"], page_size=40)
    return [{"id": c.id, "name": c.attributes.name, "status": c.attributes.status} for c in campaigns]


def subjects(told: dict[str, Any]) -> Any:
    page = client(told).Campaigns.get_campaigns(filter=told["filter"], include=["campaign-messages"])
    return [
        m["attributes"]["definition"]["content"]["subject"] for m in page.included
    ]  # the client keeps these as dicts


def omni(told: dict[str, Any]) -> Any:
    campaigns = all_pages(client(told).Campaigns.get_campaigns, page_size=40)
    return [{"id": c.id, "name": c.attributes.definition.name} for c in campaigns]


def messages(told: dict[str, Any]) -> Any:
    api = client(told).Campaigns
    found = all_pages(api.get_campaign_messages, filter="equals(status,'sent')", page_size=100)
    (variation,) = api.get_variations_for_campaign_message(found[0].id).data
    channel = variation.attributes.definition.details["channel"]
    send_time = found[0].attributes.definition.send_options.send_time
    return {"count": len(found), "channel": channel, "send_time": str(send_time)}


def report(told: dict[str, Any]) -> Any:
    api = client(told)
    metrics = {m.attributes.name: m.id for m in api.Metrics.get_metrics().data}
    attributes = {
        "statistics": STATISTICS,
        "timeframe": {"start": told["start"], "end": told["end"]},
        "conversion_metric_id": metrics["Placed Order"],
        "filter": "equals(send_channel,'email')",
    }
    answer = api.Reporting.query_campaign_values({"data": {"type": "campaign-values-report", "attributes": attributes}})
    rows = answer.data.attributes.results
    return {"campaigns": len(rows), **{name: sum(r.statistics[name] for r in rows) for name in STATISTICS}}


def account(told: dict[str, Any]) -> Any:
    try:
        (found,) = client(told).Accounts.get_accounts().data
    except ApiException as error:
        return {"refused": error.status, "type": type(error).__name__, "body": json.loads(error.body)}
    return {"id": found.id, "timezone": found.attributes.timezone}


if __name__ == "__main__":
    step = {f.__name__: f for f in (classic, subjects, omni, messages, report, account)}[sys.argv[1]]
    json.dump(step(json.load(sys.stdin)), sys.stdout)
