"""Results and answers as JSON, for the rows that keep them, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mailwarden.deliverability.dns.answers import Answer
from mailwarden.deliverability.domains.rules import Standing
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Verdict

MOST_TEXT = 4000  # characters of one record: somebody may publish megabytes
MOST_RECORDS = 50
TIMES = ("seen_at", "definite_at", "since")


def storable(value: Any) -> Any:
    """Any byte may stand in a TXT record, and words about it repeat them; PostgreSQL takes no NUL."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, Mapping):
        return {storable(key): storable(one) for key, one in value.items()}
    return [storable(one) for one in value] if isinstance(value, list | tuple) else value


def of_result(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = storable(asdict(result))
    found["records"] = _short(result.records)
    return found


def result_of(written: Mapping[str, Any]) -> Result:
    lists = {name: tuple(written[name]) for name in ("records", "aliases")}
    findings = tuple(Finding(**one) for one in written["findings"])
    publish = tuple(Publish(**one) for one in written["publish"])
    verdict, check = Verdict(written["verdict"]), Check(written["check"])
    return Result(**{**written, **lists, "findings": findings, "publish": publish, "verdict": verdict, "check": check})


def of_answer(answer: Answer) -> dict[str, Any]:
    return {
        "name": storable(answer.name),
        "type": answer.type,
        "outcome": str(answer.state),
        "reason": str(answer.reason) if answer.reason else None,
        "ttl": answer.ttl,
        "aliases": storable(answer.aliases),
        "raw": _short(answer.raw),
    }


def worth_keeping(answers: Iterable[Answer], named: Iterable[str]) -> list[Answer]:
    """All but the catalogue's selectors that are not there."""
    asked = {f"{selector}._domainkey." for selector in named}
    return [
        one
        for one in answers
        if not one.absent or "._domainkey." not in one.name or any(one.name.startswith(name) for name in asked)
    ]


def _short(texts: Iterable[str]) -> list[str]:
    return [storable(text[:MOST_TEXT]) for text in texts][:MOST_RECORDS]


def of_standing(one: Standing) -> dict[str, Any]:
    found: dict[str, Any] = storable(asdict(one))
    for name in TIMES:
        found[name] = found[name].isoformat() if found[name] else None
    return found | {"records": _short(one.records)}


def standing_of(written: Mapping[str, Any]) -> Standing:
    times = {name: datetime.fromisoformat(written[name]) if written[name] else None for name in TIMES}
    return Standing(**{**written, **times, "records": tuple(written["records"])})
