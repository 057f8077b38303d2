"""What a provider's refusal means and whose move is next, decided by the catalogue's rules. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any

from mailwarden.core.http import Answer, NoAnswer, redact
from mailwarden.providers.base import (
    AccessRevoked,
    Cause,
    Evidence,
    Misconfigured,
    ObjectGone,
    ProviderError,
    RateLimited,
    Rejected,
    ScopesMissing,
    Signal,
    Unavailable,
)
from mailwarden.providers.catalog import ProviderSpec, Rule
from mailwarden.providers.claims import in_answer
from mailwarden.providers.reading import dig, moment, parse, texts


@dataclass(frozen=True, slots=True)
class Call:
    """The request that was answered, as far as its evidence and its classification need it."""

    operation: str  # refresh | exchange | revoke | introspect | api | journal
    method: str
    host: str
    path: str
    scopes: tuple[str, ...] = ()  # what the provider wants for it
    secrets: tuple[str, ...] = ()  # blanked wherever the answer repeats them
    client_id: str | None = None
    redirect_uri: str | None = None

    def evidence(self, message: str, *, status: int | None = None, signal: Signal | None = None) -> Evidence:
        """For what we say ourselves; a provider's words go through ``failure``."""
        return Evidence(signal, self.operation, self.method, self.path, self.host, status, None, message)


_EVERYWHERE = (
    Rule(status=(429,), means="rate_limited"),
    Rule(status=(408, 425), means="unavailable"),
)
_API = (
    Rule(status=(401,), means="access_revoked", signal=Signal.API_REFUSED),
    Rule(status=(404, 410), means="object_gone"),
)
_JOURNAL = (
    Rule(status=(401, 403), means="misconfigured"),
    Rule(status=(404, 410), means="object_gone"),
)
_TOKEN_OPERATIONS = ("refresh", "exchange", "revoke", "introspect")


def failure(spec: ProviderSpec, call: Call, answer: Answer) -> ProviderError:
    """The failure that an unusable answer means; also for a 2xx whose body cannot be used."""
    try:
        body = parse(answer.body) if answer.body else {}
    except ValueError:
        return _foreign(spec, call, answer)
    if "cf-mitigated" in answer.headers or not is_json(answer):
        return _foreign(spec, call, answer)
    rule = next((rule for rule in _rules(spec, call.operation) if _fits(rule, call, answer.status, body)), None)
    if rule is None:
        ours = 400 <= answer.status < 500
        rule = Rule(means="rejected" if ours else "unavailable")
    return _raise_as(rule, spec, call, answer, body)


def no_answer(call: Call, cause: NoAnswer) -> Unavailable:
    return Unavailable(call.evidence(str(cause)[:300]), sent=cause.sent)


def _rules(spec: ProviderSpec, operation: str) -> tuple[Rule, ...]:
    if operation == "journal":
        return _JOURNAL + spec.refresh.app_fault + _EVERYWHERE
    if operation in _TOKEN_OPERATIONS:
        policy = spec.refresh
        return policy.transient + policy.app_fault + policy.permanent + _EVERYWHERE
    return spec.api.errors + _EVERYWHERE + _API


def _fits(rule: Rule, call: Call, status: int, body: Any) -> bool:
    if (rule.operations and call.operation not in rule.operations) or (rule.status and status not in rule.status):
        return False
    said = _words(body, rule.field) if rule.field else []
    return rule.field is None or any(value in rule.values or _holds(rule, value) for value in said)


def _words(body: Any, field: str) -> list[str]:
    """Numbers count as they are written."""
    return [str(v) for v in dig(body, field) if isinstance(v, str | int) and not isinstance(v, bool)]


def _cause(rule: Rule, body: Any) -> Cause:
    """The rule's own, unless another field of the answer says better why."""
    said = set(_words(body, rule.causes_from)) if rule.causes_from else set()
    return next((cause for cause, values in rule.causes.items() if said & values), rule.cause)


def _holds(rule: Rule, value: str) -> bool:
    return rule.contains is not None and rule.contains in value.lower()


def is_json(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "")
    return not kind or "json" in kind.partition(";")[0].lower()


def _foreign(spec: ProviderSpec, call: Call, answer: Answer) -> ProviderError:
    """Not the API's own voice: a page of a CDN, a proxy or a broken server. It proves nothing about the grant."""
    is_page = answer.body.lstrip()[:1] == b"<"
    evidence = _evidence(spec, call, answer, None, None, "a web page instead of JSON" if is_page else "unreadable body")
    if answer.status == 429:
        return RateLimited(evidence, _retry_after(answer.headers) or spec.api.retry_after_s)
    return Unavailable(evidence, retry_after_s=_retry_after(answer.headers))


def _raise_as(rule: Rule, spec: ProviderSpec, call: Call, answer: Answer, body: Any) -> ProviderError:
    evidence = _evidence(spec, call, answer, rule.signal, body)
    wait = rule.retry_after_s or _retry_after(answer.headers) or _told_in_words(spec, answer, body)
    match rule.means:
        case "access_revoked" if call.operation not in ("exchange", "journal"):
            return AccessRevoked(evidence, _cause(rule, body))
        case "scopes_missing":
            return _scopes_missing(rule, spec, call, evidence, body)
        case "rate_limited":
            return RateLimited(evidence, wait or spec.api.retry_after_s)
        case "unavailable":
            return Unavailable(evidence, retry_after_s=wait)
        case "object_gone":
            return ObjectGone(evidence)
        case "misconfigured":
            return Misconfigured(evidence, expected=call.redirect_uri, actual=call.redirect_uri and evidence.message)
    return Rejected(replace(evidence, signal=None))  # also a refused code: no grant exists yet that could be dead


def _scopes_missing(rule: Rule, spec: ProviderSpec, call: Call, evidence: Evidence, body: Any) -> ProviderError:
    """Only scopes that we ask for can have been removed; a demand for others is our bug, not the customer's move."""
    named = tuple(dict.fromkeys(texts(body, rule.scopes_from))) or call.scopes
    ours = tuple(scope for scope in named if scope in spec.auth.all_scopes)
    return ScopesMissing(evidence, ours) if ours else Rejected(evidence)


def _evidence(
    spec: ProviderSpec, call: Call, answer: Answer, signal: Signal | None, body: Any, message: str | None = None
) -> Evidence:
    where = spec.auth if call.operation in _TOKEN_OPERATIONS else spec.api
    said = message or redact(next(texts(body, where.message_fields), ""), call.secrets)
    return Evidence(
        signal=signal,
        operation=call.operation,
        method=call.method,
        path=call.path,
        host=call.host,
        status=answer.status,
        provider_code=_word(next(texts(body, where.code_fields), None), 80, call.secrets),
        message=said,
        provider_request_id=_word(request_id(spec, answer, body), 100, call.secrets),
        claims=in_answer(answer, body) if spec.auth.client_claims else None,
    )


def request_id(spec: ProviderSpec, answer: Answer, body: Any = None) -> str | None:
    named = [answer.headers[name] for name in spec.api.request_id_headers if name in answer.headers]
    return _word(next(iter(named), None) or next(texts(body, spec.api.request_id_fields), None), 100)


def _word(value: str | None, longest: int, secrets: tuple[str, ...] = ()) -> str | None:
    """Codes and ids are kept only while they look like such."""
    fits = value and len(value) <= longest and value not in secrets and re.fullmatch(r"[\w.:-]+", value)
    return value if fits else None


def _told_in_words(spec: ProviderSpec, answer: Answer, body: Any) -> float | None:
    """Gmail has no Retry-After: "User-rate limit exceeded.  Retry after 2026-11-22T12:00:00.000Z"."""
    said = re.search(r"[Rr]etry after (\d{4}-[\d:.TZ+-]{5,40})", next(texts(body, spec.api.message_fields), ""))
    until = moment(said[1]) if said else None
    try:
        now = parsedate_to_datetime(answer.headers["date"])
        return min(3600.0, max(1.0, (until - now).total_seconds())) if until else None
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds or an HTTP date, which is read against the answer's own Date header; junk counts as not said."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value, re.ASCII):
        return min(3600.0, max(1.0, float(value)))
    try:
        wait = (parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return min(3600.0, max(1.0, wait))
