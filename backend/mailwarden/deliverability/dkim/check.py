"""The keys of a domain: those at named selectors, and those that the catalogue finds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailwarden.deliverability.dkim.catalogue import known_selectors, signer_of
from mailwarden.deliverability.dkim.key import Key, looks_like_a_key, mended, read_key
from mailwarden.deliverability.dkim.words import findings_of, summary_of
from mailwarden.deliverability.dns.answers import Answer, Resolver, State
from mailwarden.deliverability.records.looking import ask_all, cannot_tell, texts
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict, judged

NOBODYS = "mailwarden-no-such-selector"  # whoever answers for it answers for every name


@dataclass(frozen=True, slots=True)
class Selectors:
    """``named``: mail is said to be signed with them. ``met``: keys were found there once. ``likely``: may exist.

    ``discover``: look at likely ones and the catalogue's, too.
    """

    named: Sequence[str] = ()
    met: Sequence[str] = ()
    likely: Sequence[str] = ()
    discover: bool = True

    @property
    def sure(self) -> list[str]:
        return list(dict.fromkeys((*self.named, *self.met)))

    @property
    def tried(self) -> list[str]:
        more = dict.fromkeys((*self.likely, *known_selectors())) if self.discover else ()
        return [one for one in more if one not in self.sure]


async def check_dkim(resolver: Resolver, domain: str, selectors: Selectors) -> list[Result]:
    """One for each named or met selector and each key that is found, behind the one for the domain as a whole."""
    sure, tried = selectors.sure, selectors.tried
    answers = await ask_all(resolver, (_at(one, domain) for one in (*sure, *tried)), "TXT")
    answers[: len(sure)] = await asyncio.gather(*(_with_alias(resolver, one) for one in answers[: len(sure)]))
    keys = [_sure(answer, one, selectors.named) for one, answer in zip(sure, answers, strict=False)]
    found = [(one, answer) for one, answer in zip(tried, answers[len(sure) :], strict=True) if _has_key(answer)]
    if found:
        anybody = texts(await resolver.ask(_at(NOBODYS, domain), "TXT"))
        keys += [_met(key_at(answer, one, in_use=False)) for one, answer in found if texts(answer) != anybody]
    whole = _judged(domain, keys, len(tried))
    if whole is None:
        top = await resolver.ask(f"_domainkey.{domain}", "TXT")
        whole = _none(domain, top, keys, len(tried), unheard=any(answer.unknown for answer in answers))
    return [whole, *keys]


async def _with_alias(resolver: Resolver, answer: Answer) -> Answer:
    """c-ares says of an alias to a name that is gone only that nothing exists; who left its service has such ones."""
    if answer.state is not State.NXDOMAIN or answer.aliases:
        return answer
    return replace(answer, aliases=(await resolver.ask(answer.name, "CNAME")).strings)


def _sure(answer: Answer, selector: str, named: Sequence[str]) -> Result:
    return key_at(answer, selector) if selector in named else _met(key_at(answer, selector, in_use=False))


def _at(selector: str, domain: str) -> str:
    return f"{selector}._domainkey.{domain}"


def _has_key(answer: Answer) -> bool:
    return any(looks_like_a_key(text) for text in texts(answer))


def _met(result: Result) -> Result:
    return replace(result, facts={**result.facts, "found_by": "catalogue"})


def key_at(answer: Answer, selector: str, *, in_use: bool = True) -> Result:
    """What lies at a selector's name. ``in_use``: somebody says that mail is signed with it."""
    if answer.unknown:
        return cannot_tell(Check.DKIM, answer, selector)
    records = texts(answer)
    if not records:
        return _absent(answer, selector)
    key = read_key(records[0])
    findings = _several(records) if len(records) > 1 else findings_of(key, in_use=in_use)
    return Result(
        Check.DKIM,
        answer.name,
        judged(findings),
        "Several records" if len(records) > 1 else summary_of(key),
        selector,
        findings,
        records,
        answer.aliases,
        _proposed(answer, records, key) if judged(findings) is Verdict.FAULT else (),
        _facts(key, selector, answer.aliases, usable=len(records) == 1 and key.is_usable),
    )


def _proposed(answer: Answer, records: tuple[str, ...], key: Key) -> tuple[Publish, ...]:
    """The key that is there, written right; where it is no good itself, only who signs can make another one."""
    whole = next((one for one in (*records, "".join(records), "".join(reversed(records))) if read_key(one).bits), None)
    saved = mended(whole or records[0]) if not (len(records) == 1 and key.is_usable) else None
    value = saved or "A new key of 2048 bits: the service that signs your mail makes it and shows the value."
    return (Publish(answer.name, "TXT", value, instead=True),)


def _facts(key: Key, selector: str, aliases: tuple[str, ...], *, usable: bool) -> dict[str, object]:
    signer = signer_of(selector, aliases)
    return {
        "type": key.type,
        "bits": key.bits,
        "usable": usable,
        "problem": str(key.problem) if key.problem else None,
        "testing": key.testing,
        "signer": signer.id if signer else None,
    }


def _absent(answer: Answer, selector: str) -> Result:
    signer = signer_of(selector)
    source = signer.name if signer else "The service that signs your mail"
    text = f"No key at {answer.name}; mail signed with “{selector}” cannot be verified."
    severity, code = Severity.HIGH, "dkim.absent"
    if answer.aliases:
        code = "dkim.dangling"
        text = f"{answer.name} is an alias of {answer.aliases[-1]}, and there is no key there."
    publish = Publish(answer.name, "TXT or CNAME", f"{source} shows the value; it is made for your domain alone.")
    findings = (Finding(code, severity, text),)
    facts = {"usable": False, "problem": "absent", "signer": signer.id if signer else None}
    return Result(
        Check.DKIM, answer.name, Verdict.ABSENT, text, selector, findings, (), answer.aliases, (publish,), facts
    )


def _several(records: tuple[str, ...]) -> tuple[Finding, ...]:
    text = f"{len(records)} TXT records at one selector: receivers pick one at random. Leave exactly one."
    if read_key("".join(records)).is_usable or read_key("".join(reversed(records))).is_usable:
        text = f"One key was split into {len(records)} TXT records. Publish it as one record of several quoted strings."
    return (Finding("dkim.multiple", Severity.CRITICAL, text),)


def _judged(domain: str, keys: Sequence[Result], looked: int) -> Result | None:
    """Of the domain as a whole; None where no key is there to judge by."""
    name = f"_domainkey.{domain}"
    usable = [one for one in keys if one.facts.get("usable") and one.verdict is Verdict.VALID]
    bad = [one for one in keys if one.verdict in (Verdict.FAULT, Verdict.ABSENT) and (_is_named(one) or not usable)]
    facts = {"usable": [one.part for one in usable], "looked_at": looked, "level": level_of(keys)}
    if bad:
        findings = tuple(finding for one in bad for finding in one.findings)
        verdict = Verdict.ABSENT if all(one.verdict is Verdict.ABSENT for one in keys) else Verdict.FAULT
        return Result(Check.DKIM, name, verdict, bad[0].summary, findings=findings, facts=facts)
    if not usable:
        return None
    text = f"{len(usable)} usable key{'s' if len(usable) > 1 else ''}: {', '.join(one.part for one in usable)}"
    return Result(Check.DKIM, name, Verdict.VALID, text, facts=facts)


def _is_named(key: Result) -> bool:
    return "found_by" not in key.facts


def _none(domain: str, top: Answer, keys: Sequence[Result], looked: int, *, unheard: bool) -> Result:
    """Nothing found at all. A selector cannot be listed, so this is "none" only where nothing at all lies below."""
    name = f"_domainkey.{domain}"
    facts = {"usable": [], "looked_at": looked, "level": None}
    unknown = next((one for one in keys if one.verdict is Verdict.UNKNOWN), None)
    if unknown is not None:
        return Result(Check.DKIM, name, Verdict.UNKNOWN, unknown.summary, facts=facts)
    if top.state is State.NXDOMAIN and looked and not unheard:
        text = f"No DKIM key: nothing is published below {name}, and none of {looked} usual selectors exists."
        finding = Finding("dkim.absent", Severity.HIGH, text)
        publish = Publish(f"<selector>.{name}", "TXT or CNAME", "Turn DKIM on where you send from; it shows the value.")
        facts["level"] = level_of(keys)
        return Result(Check.DKIM, name, Verdict.ABSENT, text, findings=(finding,), publish=(publish,), facts=facts)
    text = "No selector is known for this domain. Enter the one your mail is signed with: s= in a DKIM-Signature line."
    return Result(Check.DKIM, name, Verdict.UNKNOWN, text, facts=facts)


def level_of(keys: Sequence[Result]) -> str | None:
    """Of the best keys that can be used, as the score counts it; None: not assessed."""
    usable = [one.facts for one in keys if one.facts.get("usable")]
    bits = max((int(one.get("bits") or 0) for one in usable if one.get("type") == "rsa"), default=0)
    modern = any(one.get("type") == "ed25519" for one in usable)
    if bits >= 2048 or (modern and bits >= 1024):
        return "strong"
    if any(one.verdict is Verdict.UNKNOWN for one in keys):  # of a key that may be better
        return None
    if bits >= 1024 or modern:
        return "fair"
    if usable:
        return "weak"
    return "revoked" if any(one.facts.get("problem") == "revoked" for one in keys) else "none"
