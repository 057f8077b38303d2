"""Whose policy counts: the walk of RFC 9989, its organizational domain, and what t, sp, np and psd make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.dmarc.record import POLICIES
from mailwarden.deliverability.dmarc.rules import (
    CannotTell,
    RecordMap,
    are_aligned,
    effective,
    organizational_domain,
    walk,
)


class Zone(dict[str, tuple[str, ...] | None]):
    """Names that are not in it have no record."""

    def __missing__(self, name: str) -> tuple[str, ...]:
        return ()


def zone(**records: str) -> RecordMap:
    """``mail_shop_example="p=none"``; an empty text: nobody could tell."""
    return Zone({name.replace("_", "."): (f"v=DMARC1; {text}",) if text else None for name, text in records.items()})


def test_the_walk_asks_at_most_eight_names() -> None:
    assert walk("shop.example") == ["shop.example", "example"]
    names = walk("a.b.c.d.e.f.g.h.i.j.mail.example.com")
    assert names[:3] == ["a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com"]
    assert names[-1] == "com"
    assert len(names) == 8
    assert len(walk("a.b.c.d.e.f.g.com")) == 8


@pytest.mark.parametrize(
    ("domain", "records", "exists", "policy", "tag"),
    [
        ("shop.example", zone(shop_example="p=reject"), True, "reject", "p"),
        ("a.shop.example", zone(shop_example="p=reject"), True, "reject", "sp"),
        ("a.shop.example", zone(shop_example="p=reject; sp=quarantine"), True, "quarantine", "sp"),
        ("a.shop.example", zone(shop_example="p=none; sp=quarantine; np=reject"), False, "reject", "np"),
        ("a.shop.example", zone(shop_example="p=none; sp=quarantine"), False, "quarantine", "np"),
        ("a.shop.example", zone(shop_example="p=reject; np=none"), True, "reject", "sp"),
        ("a.shop.example", zone(a_shop_example="p=none; sp=reject", shop_example="p=reject"), True, "none", "p"),
        ("shop.example", zone(shop_example="p=reject; t=y"), True, "quarantine", "p"),
        ("shop.example", zone(shop_example="p=quarantine; t=y"), True, "none", "p"),
        ("shop.example", zone(shop_example="p=none; t=y"), True, "none", "p"),
        ("shop.example", zone(shop_example="p=reject; pct=0"), True, "reject", "p"),
        ("shop.example", zone(shop_example="P=Reject; SP=None"), True, "reject", "p"),
        ("shop.example", zone(shop_example="rua=mailto:a@b.example"), True, "none", "p"),
        ("shop.example", zone(shop_example="p=rejct; rua=mailto:a@b.example"), True, "none", "p"),
        ("shop.example", zone(shop_example="p=reject; sp=quarantin; rua=mailto:a@b.example"), True, "none", "p"),
        ("shop.example", zone(shop_example="p=reject; sp=quarantin"), True, None, "p"),
        ("shop.example", zone(shop_example="adkim=s"), True, None, "p"),
        ("shop.example", zone(), True, None, None),
        ("shop.bank", zone(bank="p=none; sp=reject; psd=y"), True, "reject", "sp"),
        ("a.shop.bank", zone(bank="p=reject; psd=y", shop_bank="p=none"), True, "none", "sp"),
        ("a.b.c.example", zone(b_c_example="p=reject", c_example="p=none"), True, "none", "sp"),
        ("a.b.c.example", zone(b_c_example="p=reject; psd=n", c_example="p=none"), True, "reject", "sp"),
    ],
)
def test_the_policy_that_counts(domain: str, records: RecordMap, exists: bool, policy: str, tag: str) -> None:
    found = effective(domain, records, exists=exists)
    assert (found.policy, found.tag) == (policy, tag)


def test_of_two_records_none_counts_and_the_walk_goes_on() -> None:
    records = Zone({"a.shop.example": ("v=DMARC1; p=reject", "v=DMARC1; p=none")})
    assert effective("a.shop.example", records).policy is None
    records["shop.example"] = ("v=DMARC1; p=quarantine",)
    assert effective("a.shop.example", records).policy == "quarantine"


@pytest.mark.parametrize(
    "text", ["v=dmarc1; p=reject", "v=DMARC1p=reject", "p=reject; v=DMARC1", " v=DMARC1; p=reject"]
)
def test_what_is_no_dmarc_record(text: str) -> None:
    assert effective("shop.example", Zone({"shop.example": (text,)})).policy is None


def test_white_space_around_the_version_is_fine() -> None:
    assert effective("shop.example", Zone({"shop.example": ("v = DMARC1 ;p = reject ;",)})).policy == "reject"


def test_what_nobody_could_tell_decides_nothing() -> None:
    with pytest.raises(CannotTell):
        effective("shop.example", zone(shop_example=""))
    with pytest.raises(CannotTell):
        effective("a.shop.example", zone(shop_example=""))
    with pytest.raises(CannotTell):
        effective("a.shop.example", zone(shop_example="p=reject", example=""))
    assert effective("shop.example", zone(shop_example="p=reject", example="")).policy == "reject"


def test_organizational_domains() -> None:
    records = zone(shop_example="p=none", mail_shop_example="p=none", bank="p=none; psd=y", own_shop_example="psd=n")
    assert organizational_domain("a.mail.shop.example", records) == "shop.example"
    assert organizational_domain("x.own.shop.example", records) == "own.shop.example"
    assert organizational_domain("deep.shop.bank", records) == "shop.bank"
    assert organizational_domain("bank", records) == "bank"
    assert organizational_domain("lonely.other", records) == "lonely.other"


def test_alignment() -> None:
    records = zone(shop_example="p=none", other_example="p=none")
    assert are_aligned("shop.example", "mail.shop.example", records, strict=False)
    assert not are_aligned("shop.example", "mail.shop.example", records, strict=True)
    assert not are_aligned("shop.example", "other.example", records, strict=False)
    assert are_aligned("shop.example", "shop.example", zone(shop_example=""), strict=True)


LABELS = st.lists(st.sampled_from(["a", "b", "shop", "example", "bank"]), min_size=1, max_size=12)
TEXTS = st.sampled_from(
    ["p=none", "p=reject", "p=quarantine; psd=n", "p=none; psd=y", "sp=reject", "p=x; rua=mailto:a@b.c"]
)


@given(LABELS, st.data())
def test_any_map_gives_a_policy_and_a_domain_on_the_way_up(parts: list[str], data: st.DataObject) -> None:
    domain = ".".join(parts)
    names = walk(domain)
    records = Zone({name: (f"v=DMARC1; {data.draw(TEXTS)}",) for name in names if data.draw(st.booleans())})
    found = effective(domain, records)
    top = organizational_domain(domain, records)
    assert len(names) <= 8
    assert found.policy in (None, *POLICIES)
    assert domain == top or domain.endswith(f".{top}")
    assert are_aligned(domain, top, records, strict=False)
