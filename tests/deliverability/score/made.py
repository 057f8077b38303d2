"""Facts in round numbers, and hypothesis's strategies for facts of any kind."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from mailwarden.deliverability.facts import Authentication, Listing
from mailwarden.deliverability.score.rules.facts import Day, Facts, Group

TODAY = date(2026, 11, 20)
PERFECT = Authentication("covers", "strong", "reject", dmarc_rua=True, fcrdns=True, own_ip=True)
NOTHING = Authentication("none", "none", "absent", fcrdns=True)


def mail(sent: int, *, day: date = TODAY, hard: int = 0, soft: int = 0, complained: int = 0, **rates: float) -> Day:
    """``clicked``, ``opened`` and ``unsubscribed`` are shares of what was delivered."""
    delivered = sent - hard - soft
    people = {name: round(delivered * rates.get(name, 0)) for name in ("clicked", "opened", "unsubscribed")}
    bases = dict.fromkeys(("complaint_base", "click_base", "open_base", "unsubscribe_base"), delivered)
    counts: dict[str, Any] = {"hard": hard, "soft": soft, "complained": complained, **people, **bases}
    return Day(day, sent=sent, delivered=delivered, bounce_base=sent, **counts)


def healthy(sent: int, **more: Any) -> Day:
    return mail(sent, **{"clicked": 0.03, "opened": 0.28, "unsubscribed": 0.0015, **more})


@st.composite
def days(draw: st.DrawFn, most: int = 20_000) -> Day:
    sent = draw(st.integers(0, most))
    hard = draw(st.integers(0, sent))
    soft, blocked = draw(st.integers(0, sent - hard)), 0
    delivered = sent - hard - soft
    of = {name: draw(st.integers(0, delivered)) for name in ("complained", "clicked", "opened", "unsubscribed")}
    rare = draw(st.sampled_from((1, 10, 300)))
    one = mail(sent, day=TODAY - timedelta(days=draw(st.integers(0, 100))), hard=hard // rare, soft=soft // rare)
    few: dict[str, Any] = {name: min(count // rare, one.delivered) for name, count in of.items()}
    return replace(one, blocked=blocked, **few)


authentications = st.builds(
    Authentication,
    spf=st.sampled_from((None, "covers", "neutral", "not_covering", "pass_all", "permerror", "none")),
    dkim=st.sampled_from((None, "strong", "fair", "weak", "revoked", "none")),
    dmarc=st.sampled_from((None, "reject", "quarantine", "none", "absent", "invalid")),
    dmarc_testing=st.booleans(),
    dmarc_rua=st.booleans(),
    dmarc_aligned=st.booleans(),
    fcrdns=st.sampled_from((None, True, False)),
    own_ip=st.booleans(),
)
listings = st.builds(
    Listing,
    operator=st.sampled_from(("spamhaus", "barracuda", "uceprotect", "spamcop")),
    list=st.sampled_from(("one", "two")),
    asset=st.sampled_from(("192.0.2.1", "192.0.2.2", "example.com")),
    kind=st.sampled_from(("ip", "domain")),
    tier=st.sampled_from(("A", "B", "C", "D")),
    shared=st.booleans(),
    share_permille=st.integers(0, 1000),
)
found = st.none() | st.lists(listings, max_size=5).map(tuple)
histories = st.lists(days(), max_size=5).map(tuple)
groups = st.lists(st.builds(Group, st.sampled_from(("gmail", "yahoo")), histories), max_size=2).map(tuple)
facts = st.builds(
    Facts,
    days=histories,
    authentication=authentications,
    listings=found,
    bulk=st.booleans(),
    engagement=st.booleans(),
    reported_spam_ppm=st.none() | st.integers(0, 10_000),
    groups=groups,
)
