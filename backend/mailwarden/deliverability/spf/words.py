"""What is said about a record and the tree under it. Pure: of what has been asked already."""

from collections import Counter
from collections.abc import Iterable, Iterator

from mailwarden.deliverability.records.verdict import Finding, Severity
from mailwarden.deliverability.spf.outcome import Limits
from mailwarden.deliverability.spf.record import Record
from mailwarden.deliverability.spf.repair import is_ignored
from mailwarden.deliverability.spf.terms import Mechanism, Problem
from mailwarden.deliverability.spf.tree import Branch, BranchState

LIMITS = Limits()
HALF, WIDEST = 1 / 2, 1 / 256  # of all addresses
CAREFUL_BYTES = 450  # section 3.4: with the rest of an answer this still fits into 512
BROKEN = {
    BranchState.NONE: "has no SPF record or does not exist",
    BranchState.SEVERAL: "has more than one SPF record",
    BranchState.BROKEN: "has a record with an error in it",
    BranchState.LOOP: "leads back to a record that includes it",
}


def of_problem(problem: Problem) -> Finding:
    text = f"Position {problem.position + 1}, term “{problem.term[:80]}”: {problem.why}. "
    return Finding("spf.syntax", Severity.CRITICAL, text + "The whole record is ignored until this is fixed.")


def of_tree(root: Branch) -> tuple[Finding, ...]:
    """Of a root that could be read."""
    assert root.record is not None  # noqa: S101 - see above
    found = [*_broken(root), *_costs(root), *_dead(root), *_open(root), *_ends(root)]
    return (*found, *_untidy(root.record))


def path(root: Branch, wanted: Branch) -> str:
    """How one gets there, in terms."""
    steps = _steps(root, wanted) or ()
    return " › ".join(one.via.source for one in steps if one.via is not None)


def _steps(at: Branch, wanted: Branch) -> tuple[Branch, ...] | None:
    if at is wanted:
        return (at,)
    for one in at.children:
        below = _steps(one, wanted)
        if below is not None:
            return (at, *below)
    return None


def broken_branches(root: Branch) -> Iterator[Branch]:
    return (one for one in root.walk() if one.via is not None and one.state in BROKEN)


def _broken(root: Branch) -> Iterable[Finding]:
    for one in broken_branches(root):
        what = BROKEN[one.state]
        if one.state is BranchState.BROKEN and one.record is not None:
            first = one.record.problems[0]
            what += f" (position {first.position + 1}, “{first.term[:80]}”: {first.why})"
        text = f"{path(root, one)}: {one.domain} {what}, so your whole record ends in an error."
        yield Finding("spf.include_broken", Severity.CRITICAL, text)


def _costs(root: Branch) -> Iterable[Finding]:
    if root.cost > LIMITS.lookups:
        most = max(root.children, key=lambda one: one.cost, default=None)
        heaviest = f" Heaviest: {most.via.source} ({most.cost + 1})." if most is not None and most.via else ""
        text = f"{root.cost} DNS lookups, and {LIMITS.lookups} are allowed.{heaviest} Receivers stop with an error "
        text += "before the end. Remove services you no longer use, or send some mail from a subdomain."
        yield Finding("spf.lookups_over", Severity.CRITICAL, text)
    for branch in root.walk():
        for one in branch.targets:
            number = len(one.answers[0].exchanges)
            if number > LIMITS.exchanges:
                text = f"“{one.term.source}”: {one.name} has {number} MX records; more than 10 end in an error."
                yield Finding("spf.mx_over", Severity.CRITICAL, text)


def dead_names(root: Branch) -> list[str]:
    return [target.name for branch in root.walk() for target in branch.targets if target.is_dead]


def _dead(root: Branch) -> Iterable[Finding]:
    names = dead_names(root)
    if not names:
        return
    listed = ", ".join(dict.fromkeys(names))
    if len(names) > LIMITS.voids:
        text = f"Nothing is found at {listed}; more than {LIMITS.voids} dead names make SPF end in an error."
        yield Finding("spf.void_over", Severity.HIGH, text)
    else:
        yield Finding("spf.void", Severity.LOW, f"Nothing is found at {listed}; take dead names out of the record.")


def _passing(root: Branch) -> Iterator[Branch]:
    """Whose every pass is one of the root."""
    yield root
    for one in root.children:
        if not isinstance(one.via, Mechanism) or one.via.qualifier == "+":
            yield from _passing(one)


def _open(root: Branch) -> Iterable[Finding]:
    for branch in _passing(root):
        where = f" (in {branch.domain})" if branch is not root else ""
        for one in branch.record.live if branch.record is not None else ():
            if one.qualifier == "+" and share(one) >= HALF:
                text = f"“{one.source}”{where} lets any server on the internet send as you."
                yield Finding("spf.plus_all", Severity.CRITICAL, text)
            elif one.qualifier == "+" and share(one) > WIDEST:
                text = f"“{one.source}”{where} lets more than sixteen million addresses send as you."
                yield Finding("spf.too_wide", Severity.HIGH, text)


def share(one: Mechanism) -> float:
    """Which part of all IPv4 addresses matches; of IPv6, whose whole is scarcely used, 16 bits more count the same."""
    if one.name == "all":
        return 1.0
    if one.network is not None:
        length = one.network.prefixlen
        return 0.5 ** (length if one.network.version == 4 else max(0, length - 8))
    if one.name in ("a", "mx"):
        return max(0.5**one.prefix4, 0.5 ** max(0, one.prefix6 - 8))
    return 0.0


def final(root: Branch) -> Branch:
    """Whose end counts: redirects are followed."""
    for one in root.children:
        if one.via is not None and one.via.name == "redirect":
            return final(one)
    return root


def ending(root: Branch) -> str | None:
    """The qualifier of `all` at the end; "" where there is none; None where it could not be seen."""
    record = final(root).record
    if record is None:
        return None
    return record.mechanisms[record.all_at].qualifier if record.all_at is not None else ""


def _ends(root: Branch) -> Iterable[Finding]:
    end = ending(root)
    if end == "" and root.record is not None and (root.record.redirect is None or final(root) is not root):
        text = "The record ends without ~all or -all: it says nothing about servers that it does not name."
        yield Finding("spf.no_all", Severity.MEDIUM, text)
    if end == "?":
        text = "The record ends in ?all: it says nothing about servers that it does not name. Use ~all or -all."
        yield Finding("spf.neutral", Severity.MEDIUM, text)


def _untidy(record: Record) -> Iterable[Finding]:
    for one in record.modifiers:
        if is_ignored(one):
            text = f"Position {one.position + 1}, “{one.source}”: written with = it is ignored; use a colon."
            yield Finding("spf.ignored_term", Severity.HIGH, text)
    behind = record.mechanisms[len(record.live) :]
    if behind:
        text = f"Behind “all” nothing is looked at any more: {' '.join(one.source for one in behind)}"
        yield Finding("spf.dead_terms", Severity.LOW, text)
    if record.modifier("redirect") is not None and record.all_at is not None:
        yield Finding("spf.redirect_and_all", Severity.LOW, "Beside “all” the redirect= is never followed.")
    if any(one.name == "ptr" for one in record.live):
        text = "ptr is slow, not reliable, and not to be used (RFC 7208, 5.5); name the addresses instead."
        yield Finding("spf.ptr", Severity.LOW, text)
    twice = [term for term, times in Counter(one.source.lower() for one in record.mechanisms).items() if times > 1]
    if twice:
        yield Finding("spf.dup_terms", Severity.LOW, f"Stands there more than once: {', '.join(twice)}")
    if len(record.text) > CAREFUL_BYTES:
        text = f"{len(record.text)} characters: answers may no longer fit into one packet; stay below {CAREFUL_BYTES}."
        yield Finding("spf.size", Severity.LOW, text)
