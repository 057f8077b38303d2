"""Renders the OpenAPI description as one page of plain HTML: readable everywhere, searched with the browser."""

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any

from mailwarden.developers.description.complete import known_problems
from mailwarden.developers.docs.fields import fields_table, parameters_table
from mailwarden.developers.docs.style import STYLE
from mailwarden.developers.scopes import DESCRIPTIONS

Schema = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


def render(document: Schema) -> str:
    operations = sorted(_operations(document), key=lambda one: (one[2]["tags"][0], one[1], METHODS.index(one[0])))
    tags = [(tag, list(group)) for tag, group in groupby(operations, key=lambda one: one[2]["tags"][0])]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API – Mailwarden</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f"{_navigation(tags)}<main>{_introduction(document)}{_scopes()}"
        f"{''.join(_section(document, tag, group) for tag, group in tags)}{_errors()}</main></body></html>"
    )


def _operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def _navigation(tags: list[tuple[str, list[Any]]]) -> str:
    links = [("#about", "About"), ("#scopes", "Scopes")]
    links += [(f"#tag-{_anchor(tag)}", tag.capitalize()) for tag, _ in tags]
    links += [("#errors", "Errors"), ("/v1/openapi.json", "openapi.json")]
    return f"<nav><b>Mailwarden API</b>{''.join(f'<a href={href!r}>{escape(text)}</a>' for href, text in links)}</nav>"


def _anchor(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower())


def prose(text: str) -> str:
    """The little of Markdown that descriptions use: paragraphs, bold words and code."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    marked = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", marked)
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", marked))


def _introduction(document: Schema) -> str:
    info = document["info"]
    return f'<h1 id="about">{escape(info["title"])} API {escape(info["version"])}</h1>{prose(info["description"])}'


def _scopes() -> str:
    known = DESCRIPTIONS.items()
    rows = "".join(f"<tr><td><code>{name}</code></td><td>{escape(text)}</td></tr>" for name, text in known)
    return f'<h2 id="scopes">Scopes</h2><table>{rows}</table>'


def _section(document: Schema, tag: str, group: list[tuple[str, str, Schema]]) -> str:
    inner = "".join(_operation(document, *one) for one in group)
    return f'<h2 id="tag-{_anchor(tag)}">{escape(tag.capitalize())}</h2>{inner}'


def _operation(document: Schema, method: str, path: str, operation: Schema) -> str:
    schemas, name = document["components"]["schemas"], operation["operationId"]
    gone = ' <span class="old">deprecated</span>' if operation.get("deprecated") else ""
    return (
        f'<section id="{name}"><h3><span class="method {method}">{method.upper()}</span> '
        f"<code>{escape(path)}</code>{gone}</h3>{prose(operation['description'])}{_who(operation)}{parameters_table(operation)}"
        f"{_body(operation, schemas)}{_answers(operation, schemas)}</section>"
    )


def _who(operation: Schema) -> str:
    if not operation["security"]:
        return '<p class="who">Public</p>'
    programs = len(operation["security"]) > 1
    kind = "scope" if programs else "permission, signed-in browsers only:"
    return f'<p class="who">Needs the {kind} <code>{operation["x-permission"]}</code></p>'


def _body(operation: Schema, schemas: dict[str, Schema]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return ""
    return f"<h4>Request</h4>{fields_table(content['schema'], schemas)}{_example(content)}"


def _answers(operation: Schema, schemas: dict[str, Schema]) -> str:
    parts = []
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if status < "400":
            shown = f"{fields_table(content['schema'], schemas)}{_example(content)}" if content else ""
            parts.append(f"<h4>{status}</h4>{shown}")
    refused = ", ".join(status for status in operation["responses"] if status >= "400")
    return f'{"".join(parts)}<p class="who">Problems: {refused}</p>'


def _example(content: Schema) -> str:
    if "example" not in content:
        return ""
    text = json.dumps(content["example"], indent=2, ensure_ascii=False)
    return f"<details><summary>Example</summary><pre>{escape(text)}</pre></details>"


def _errors() -> str:
    rows = "".join(
        f'<tr id="error-{one.code}"><td><code>{one.code}</code></td><td>{one.status}</td><td>{escape(one.title)}</td>'
        f"<td>{'yes' if one.retryable else 'no'}</td></tr>"
        for one in known_problems()
    )
    head = "<tr><th>Code</th><th>Status</th><th>Meaning</th><th>Worth repeating</th></tr>"
    return f'<h2 id="errors">Errors</h2><table>{head}{rows}</table>'
