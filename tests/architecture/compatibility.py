"""What a client of the last release would stumble over. Compares two OpenAPI descriptions.

Whoever answers may add and may say more precisely; whoever is asked may take more, and may ask for nothing new.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
JSON = "application/json"
LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaks(old: Schema, new: Schema) -> list[str]:
    """Each as `METHOD path: what`, sorted."""
    return sorted(set(_operations(old, new)))


def _operations(old: Schema, new: Schema) -> Iterator[str]:
    for path, item in old["paths"].items():
        for method, before in item.items():
            name = f"{method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                yield f"{name}: is gone"
                continue
            pair = _Pair(old["components"]["schemas"], new["components"]["schemas"])
            for what in (*_parameters(before, after, pair), *_bodies(before, after, pair), *_who(before, after)):
                yield f"{name}: {what}"


def _who(before: Schema, after: Schema) -> Iterator[str]:
    if "security" in before and not before["security"] and after.get("security"):
        yield "is public no more"
    if "x-permission" in before and before["x-permission"] != after.get("x-permission"):
        yield f"needs {after.get('x-permission')} instead of {before['x-permission']}"


def _parameters(before: Schema, after: Schema, pair: "_Pair") -> Iterator[str]:
    named = {(one["in"], one["name"]): one for one in before.get("parameters", [])}
    now = {(one["in"], one["name"]): one for one in after.get("parameters", [])}
    for key, one in named.items():
        if key not in now:
            yield f"parameter {key[1]} is gone"
        else:
            yield from pair.taken(one["schema"], now[key]["schema"], f"parameter {key[1]}")
    for key, one in now.items():
        if one.get("required") and not named.get(key, {}).get("required"):
            yield f"parameter {key[1]} is required now"


def _bodies(before: Schema, after: Schema, pair: "_Pair") -> Iterator[str]:
    sent, wanted = (one.get("requestBody", {}).get("content", {}).get(JSON) for one in (before, after))
    if sent and wanted:
        yield from pair.taken(sent["schema"], wanted["schema"], "request")
    elif sent or (wanted and after["requestBody"].get("required")):
        yield "takes a body no more" if sent else "needs a body now"
    for status, response in before["responses"].items():
        if status >= "400":
            continue
        if status not in after["responses"]:
            yield f"answers {status} no more"
            continue
        was, now = (one.get("content", {}).get(JSON) for one in (response, after["responses"][status]))
        if was and now:
            yield from pair.given(was["schema"], now["schema"], f"{status}")
        elif was:
            yield f"{status} has no JSON any more"


class _Pair:
    """The named schemas of both descriptions."""

    def __init__(self, old: dict[str, Schema], new: dict[str, Schema]) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str]] = set()

    def _resolved(self, before: Schema, after: Schema) -> tuple[Schema, Schema] | None:
        """None: this pair was compared already; types may hold themselves."""
        names = (before.get("$ref", ""), after.get("$ref", ""))
        if all(names):
            if names in self._seen:
                return None
            self._seen.add(names)
        return _look_up(self._old, before), _look_up(self._new, after)

    def taken(self, before: Schema, after: Schema, where: str) -> Iterator[str]:
        """Of what clients send."""
        found = self._resolved(before, after)
        if found is None:
            return
        old, new = found
        yield from _kinds(_kind_set(old), _kind_set(new), where, "is no longer taken")
        yield from _limits(old, new, where)
        yield from _words(old, new, where)
        for name in set(new.get("required", [])) - set(old.get("required", [])):
            yield f"{where}/{name} is required now"
        for name, one in old.get("properties", {}).items():
            if name in new.get("properties", {}):
                yield from self.taken(one, new["properties"][name], f"{where}/{name}")
            elif new.get("additionalProperties") is False:
                yield f"{where}/{name} is no longer taken"
        if "items" in old and "items" in new:
            yield from self.taken(old["items"], new["items"], f"{where}/-")

    def given(self, before: Schema, after: Schema, where: str) -> Iterator[str]:
        """Of what clients read."""
        found = self._resolved(before, after)
        if found is None:
            return
        old, new = found
        yield from _kinds(_kind_set(new), _kind_set(old), where, "may come now")
        for name, one in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{where}/{name} is gone"
                continue
            if name in old.get("required", []) and name not in new.get("required", []):
                yield f"{where}/{name} may be missing now"
            yield from self.given(one, new["properties"][name], f"{where}/{name}")
        if "items" in old and "items" in new:
            yield from self.given(old["items"], new["items"], f"{where}/-")


def _look_up(schemas: dict[str, Schema], schema: Schema) -> Schema:
    """Of what may be null, the other part."""
    several = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    plain = several[0] if len(several) == 1 else schema
    found = schemas[plain["$ref"].rsplit("/", 1)[1]] if "$ref" in plain else plain
    nullable = any(one.get("type") == "null" for one in schema.get("anyOf", []))
    return {**found, "x-nullable": True} if nullable else found


def _kind_set(schema: Schema) -> set[str]:
    kinds = {str(one.get("type", "object")) for one in schema.get("anyOf", [])} or {str(schema.get("type", "any"))}
    return kinds | {"null"} if schema.get("x-nullable") else kinds


def _kinds(narrow: set[str], wide: set[str], where: str, what: str) -> Iterator[str]:
    """Whatever is in ``narrow`` must fit into ``wide``."""
    if "any" in wide:
        return
    fitting = wide | {"integer"} if "number" in wide else wide
    for kind in narrow - fitting:
        yield f"{where}: {kind} {what}"


def _words(old: Schema, new: Schema, where: str) -> Iterator[str]:
    if "enum" not in new:
        return
    if lost := set(map(str, old.get("enum", []))) - set(map(str, new["enum"])):
        yield f"{where} takes {', '.join(sorted(lost))} no more"
    if "enum" not in old and old.get("type") == new.get("type"):
        yield f"{where} takes certain words only now"


def _limits(old: Schema, new: Schema, where: str) -> Iterator[str]:
    for name in LOWER_BOUNDS:
        if name in new and new[name] > old.get(name, float("-inf")) and not (name.startswith("min") and new[name] == 0):
            yield f"{where}: {name} is {new[name]} now"
    for name in UPPER_BOUNDS:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{where}: {name} is {new[name]} now"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where}: pattern is {new['pattern']} now"
