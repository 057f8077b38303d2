"""The requests made of an operation: good and bad ones about things that are there, good ones about what is not."""

import copy
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis import APIOperation, GenerationMode

from tests.api_fuzz.ground import Actor
from tests.support.browser import PASSWORD
from tests.support.routes import OUTREACH

Operation = APIOperation[Any, Any, Any, Any]
ORDER = ("get", "put", "patch", "post", "delete")  # what deletes comes last
# Where the example of the description cannot know what is right here.
KNOWN: dict[str, Any] = {
    "password": PASSWORD,
    "current_password": PASSWORD,
    "time_zone": "Europe/Berlin",
    "scopes": ["status:read"],
    "url": "https://127.0.0.1:9/hook",  # nobody listens there
}


def operations(schema: dict[str, Any]) -> list[Operation]:
    """Without the declared credentials: ours are sent along, and made-up ones would take their place."""
    bare = copy.deepcopy(schema)
    bare["components"].pop("securitySchemes")
    for item in bare["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
            for answer in operation["responses"].values():  # 3.1 has no word for one event of a stream but a wrong one
                answer.get("content", {}).get("text/event-stream", {}).pop("schema", None)
    found = [_sound(one) for one in schemathesis.openapi.from_dict(bare).get_all_operations()]
    return sorted(found, key=lambda one: (ORDER.index(one.method), one.path))


def _sound(read: Any) -> Operation:
    operation: Operation = read.ok()
    return operation


def name_of(operation: Operation) -> str:
    name: str = operation.definition.raw["operationId"]
    return name


def strategies(operation: Operation, actor: Actor) -> Iterator[Any]:
    ids = _ids(operation, actor)
    here = {one.name: ids[one.name] for one in operation.path_parameters if one.name in ids}
    asked = {one.name: ids[one.name] for one in operation.query if one.is_required and one.name in ids} or None
    newest = {"if-match": '"v1"'} if any(one.name == "if-match" for one in operation.headers) else None
    body = example(operation, actor)
    if body is not None:
        yield operation.as_strategy(path_parameters=here or None, headers=newest, query=asked, body=body)
    yield operation.as_strategy(path_parameters=here or None, headers=newest, query=asked)
    yield operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=here or None)
    if here:
        yield operation.as_strategy()


def _ids(operation: Operation, actor: Actor) -> dict[str, str]:
    """Below outreach a campaign is another thing."""
    if operation.path.startswith(OUTREACH):
        return actor.ids | {"campaign_id": actor.ids["outreach_campaign_id"]}
    return actor.ids


def example(operation: Operation, actor: Actor) -> Any:
    """The documented body, with what is true here."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = copy.deepcopy(content.get("example"))
    if isinstance(body, dict):
        body |= {name: value for name, value in (KNOWN | actor.ids).items() if name in body}
    return body
