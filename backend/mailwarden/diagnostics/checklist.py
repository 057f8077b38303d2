"""The five steps of the quick diagnosis, each as checks on facts and live calls. Pure: nothing is asked here."""

from collections.abc import Sequence

from mailwarden.connections.incident_texts import incident_out, misconfiguration
from mailwarden.connections.models import Connection
from mailwarden.connections.present import action_of, card_of, evidence_of, label_of, provider_label
from mailwarden.connections.rules import Status
from mailwarden.connections.schemas import ActionOut, CheckOut
from mailwarden.diagnostics.agreement import Compared, Verdict
from mailwarden.diagnostics.facts import Facts
from mailwarden.diagnostics.findings import finding
from mailwarden.diagnostics.schemas import QuickCheck, QuickResult
from mailwarden.providers.catalog import load

MISCONFIGURED = "misconfigured"
ASK_OPERATOR = ActionOut(code="ask_operator", label="Tell the operator")
CONNECT = ActionOut(code="connect", label="Connect an account")
DEAD = (Status.INACTIVE, Status.DISCONNECTED, Status.CONNECTING)


def integrations(facts: Facts) -> list[QuickCheck]:
    """Is what the page of integrations needs there and well?"""
    known = len(load())
    page = finding("page", "Page of integrations", "ok", f"It loads: {len(facts.connections)} accounts, {known} kinds.")
    return [page, _scheduler(facts), *_troubles(facts)]


def _scheduler(facts: Facts) -> QuickCheck:
    told, title = facts.scheduler, "Scheduler that refreshes, probes and syncs"
    seen = told.last_claim_at.strftime("%Y-%m-%d %H:%M:%S UTC") if told.last_claim_at else "never"
    evidence = [f"Workers alive: {told.workers_alive}", f"Last looked for work: {seen}"]
    late = [one for one in told.queues if one.overdue]
    evidence += [f"{one.queue}: {one.overdue} late, the oldest by {one.oldest_overdue_s:.0f} s" for one in late]
    if not told.alive:
        what = "Nothing is refreshed or synced until a worker runs. The operator must start one."
        detail = "No worker has looked for work within the last minute."
        return finding("scheduler", title, "trouble", detail, evidence=evidence, what_to_do=what, action=ASK_OPERATOR)
    if late:
        return finding("scheduler", title, "note", "It is alive, and behind with its work.", evidence=evidence)
    return finding("scheduler", title, "ok", "It is alive and on time.", evidence=evidence)


def _troubles(facts: Facts) -> list[QuickCheck]:
    """Of providers this organization uses, and of our own apps."""
    used = {one.provider for one in facts.connections}
    found = []
    for one in facts.incidents:
        if one.kind == MISCONFIGURED:
            told = misconfiguration(one)
            evidence = [f"Expected: {told.expected}", f"Actual: {told.actual}"] if told.expected else []
            what = "Only the operator of this installation can correct it."
            found.append(
                finding(
                    "our_app",
                    told.title,
                    "trouble",
                    told.detail,
                    evidence=evidence,
                    what_to_do=what,
                    action=ASK_OPERATOR,
                )
            )
        elif one.provider in used:
            incident = incident_out(one)
            what = "Wait: it ends by itself, and no connection is called broken meanwhile."
            found.append(finding("incident", incident.title, "note", incident.detail, what_to_do=what))
    return found


def truly_connected(facts: Facts, compared: Sequence[Compared]) -> list[QuickCheck]:
    if not facts.connections:
        what = "Connect at least one account on the page of integrations."
        return [finding("none", "No account", "trouble", "Nothing is connected.", what_to_do=what, action=CONNECT)]
    checks = [_live(one) for one in compared]
    if not any(one.result == "ok" for one in checks):
        what = "Reconnect an account; the next step says which and how."
        detail = f"None of {len(facts.connections)} accounts answered a live check."
        checks.insert(0, finding("none_works", "No working account", "trouble", detail, what_to_do=what))
    return checks


def _live(one: Compared) -> QuickCheck:
    title, row = _name(one.row), one.row
    if one.test is None:
        return finding("live_check", title, "note", one.why_untested or "Not tested.", connection_id=row.id)
    evidence = [_told(check) for check in one.test.checks]
    if one.test.ok:
        detail = "Truly connected: a real call succeeded just now."
        return finding("live_check", title, "ok", detail, evidence=evidence, connection_id=row.id)
    result: QuickResult = "note" if one.verdict in ("provider_trouble", "agrees") else "trouble"
    detail = f"The live check failed; the account is shown as {label_of(one.after)} now."
    return finding(
        "live_check", title, result, detail, evidence=evidence, action=action_of(one.after), connection_id=row.id
    )


def _told(check: CheckOut) -> str:
    return f"{check.name}: {'ok' if check.ok else 'failed'}. {check.detail}"


def reconnects(facts: Facts, current: Sequence[Connection]) -> list[QuickCheck]:
    """Which account is affected, and would a reconnect work? Nothing is disconnected here."""
    affected = [one for one in current if one.status in (Status.INACTIVE, Status.VERIFYING) or one.missing_scopes]
    if not affected:
        return [finding("affected", "Affected accounts", "ok", "None: there is nothing to reconnect.")]
    return [_affected(facts, one) for one in affected]


def _affected(facts: Facts, row: Connection) -> QuickCheck:
    card = card_of(row, None)
    lacking = f"Not granted: {', '.join(row.missing_scopes)}."
    detail = f"{card.title}. {card.explanation}" if card else lacking
    result: QuickResult = "trouble" if row.status == Status.INACTIVE else "note"
    what = "Reconnect it with one click: that keeps every setting. Disconnecting first is only for another account."
    action = action_of(row)
    if row.status == Status.VERIFYING:
        what = "Nothing yet: it is being checked, which takes some minutes."
    elif stop := _hindrance(facts, row):
        what, action = stop, ASK_OPERATOR
    return finding(
        "affected",
        _name(row),
        result,
        detail,
        evidence=_traces(facts, row),
        what_to_do=what,
        action=action,
        connection_id=row.id,
    )


def _hindrance(facts: Facts, row: Connection) -> str | None:
    label, spec = provider_label(row.provider), load().get(row.provider)
    if spec is not None and spec.kind == "oauth" and row.provider not in facts.offered:
        return f"A reconnect cannot work: the operator has set no app for {label}."
    if any(one.provider == row.provider and one.kind == MISCONFIGURED for one in facts.incidents):
        return f"A reconnect cannot work: {label} refuses our app. The operator must correct its settings first."
    return None


def _traces(facts: Facts, row: Connection) -> list[str]:
    found = [
        f"{one.at:%Y-%m-%d %H:%M:%S UTC} {one.operation}: {one.status or 'no answer'} {one.provider_code or ''}"
        f" {one.message}".rstrip()
        for one in evidence_of(row.evidence)
    ]
    refreshed, attempt = facts.last_refresh.get(row.id), facts.last_attempt.get(row.provider)
    if refreshed is not None:
        found.append(f"Latest token refresh: {refreshed.outcome} at {refreshed.at:%Y-%m-%d %H:%M:%S UTC}")
    if attempt is not None:
        found.append(f"Latest authorization at {provider_label(row.provider)}: {attempt.outcome}")
    return found


def signing_in(facts: Facts, version: str) -> list[QuickCheck]:
    """Signing in again can change nothing: state is read anew for every request. What could differ is checked."""
    evidence = [f"Role: {facts.caller.role}", f"Signed in since {facts.signed_in_since}"]
    detail = "Your session, role and organization were read from the database just now; nothing is kept in between."
    checks = [finding("session", "Your sign-in", "ok", detail, evidence=evidence)]
    others = sorted(facts.versions - {version})
    if others:
        what = "Reload this page. If it stays so, tell the operator that not all parts were updated."
        told = f"This page's server is {version}; workers run {', '.join(others)}."
        checks.append(finding("versions", "Versions", "note", told, what_to_do=what))
    return checks


_WORDS: dict[Verdict, tuple[QuickResult, str, str | None]] = {
    "agrees": ("ok", "What is shown is what happens.", None),
    "corrected": (
        "note",
        "What was shown was no longer true; this check has put it right.",
        "Follow the button of the account.",
    ),
    "provider_trouble": (
        "note",
        "The provider is in trouble, not the connection.",
        "Wait: it is tried again by itself.",
    ),
    "disagrees": (
        "trouble",
        "It is shown as usable, but a real call failed.",
        "Make a support bundle and send it: this must not happen.",
    ),
    "not_tested": ("note", "Nothing was tried.", None),
}


def trying_again(compared: Sequence[Compared], skipped: int) -> list[QuickCheck]:
    """Do the status that everybody is told and a real call agree (M23)?"""
    checks = [_agreement(one) for one in compared]
    if skipped:
        detail = f"{skipped} more accounts were not tested this time; those checked longest ago came first."
        checks.append(finding("skipped", "Not tested", "note", detail))
    if not checks:
        checks.append(finding("nothing", "Nothing to try", "note", "No account is connected.", action=CONNECT))
    return checks


def _agreement(one: Compared) -> QuickCheck:
    result, detail, what = _WORDS[one.verdict]
    tried = "not tried" if one.test is None else "works" if one.test.ok else "does not work"
    evidence = [
        f"Shown: {one.shown}, {'usable' if one.before.usable else 'not usable'} ({one.before.code})",
        f"Real call: {tried}",
        f"Shown now: {label_of(one.after)}, {'usable' if one.usable_after else 'not usable'}",
    ]
    if one.verdict == "not_tested" and one.why_untested:
        detail = one.why_untested
    return finding(
        "agreement", _name(one.row), result, detail, evidence=evidence, what_to_do=what, connection_id=one.row.id
    )


def contradictions(found: Sequence[tuple[Connection, list[str]]]) -> list[QuickCheck]:
    """What the product says of an account in one place against what it says or does in another (B31)."""
    what = "Make a support bundle and send it: this must not happen."
    checks = [
        finding(
            "contradiction",
            _name(row),
            "trouble",
            "Parts of the product do not agree about this account.",
            evidence=told,
            what_to_do=what,
            connection_id=row.id,
        )
        for row, told in found
        if told
    ]
    detail = "Page, gates, plans and records say the same of every account that was looked at."
    return checks or [finding("one_truth", "One truth", "ok", detail)]


def _name(row: Connection) -> str:
    return f"{provider_label(row.provider)}: {row.account_label}"
