"""Lists as data: what the file may say, and what stops the start."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from mailwarden.deliverability.blocklists import registry as module
from mailwarden.deliverability.blocklists.registry import Face, Kind, Tier, read, registry

HERE = Path(module.__file__).parent
FILES = [yaml.safe_load((HERE / name).read_text("utf-8")) for name in ("lists.yaml", "retired.yaml")]


def with_list(**over: Any) -> list[str]:
    first = FILES[0]["lists"][0] | over
    return [yaml.safe_dump(FILES[0] | {"lists": [first]}), yaml.safe_dump(FILES[1])]


def test_lists_that_the_documents_name_are_there_with_their_links() -> None:
    for key in ("spamhaus_zen", "spamhaus_dbl", "barracuda"):
        found = registry().find(key)
        assert found is not None
        assert found.lookup_url.startswith("https://")
        assert found.removal.url


def test_sorbs_is_retired_with_its_day_and_reason_and_can_never_come_back() -> None:
    gone = registry().retired_of("dnsbl.sorbs.net")
    assert gone is not None
    assert (gone.name, str(gone.ended)) == ("SORBS", "2024-06-05")
    assert "Proofpoint" in gone.reason
    with pytest.raises(ValidationError, match="SORBS is retired"):
        read(with_list(zone="spam.dnsbl.sorbs.net"))


def test_no_list_asks_a_zone_that_is_retired() -> None:
    assert [one.key for one in registry().lists if registry().retired_of(one.zone)] == []


@pytest.mark.parametrize(
    ("over", "complaint"),
    [
        ({"codes": []}, "codes"),
        ({"codes": [{"code": "127.255.255.254", "meaning": "x", "tier": "A", "cause": "traps"}]}, "error everywhere"),
        ({"codes": [{"code": "203.0.113.9", "meaning": "x", "tier": "A", "cause": "traps"}]}, "outside"),
        ({"codes": [{"code": "127.0.0.2", "meaning": "x", "tier": "A", "cause": "bad luck"}]}, "nobody explains"),
        ({"codes": [{"code": "127.0.0.2", "meaning": "x", "tier": "A"}]}, "has a cause"),
        ({"codes": [{"bit": 3, "meaning": "x", "tier": "A", "cause": "traps"}]}, "one bit"),
        ({"ask": "host"}, "what to ask"),
        ({"keyed_zone": "zen.example.net"}, "no place"),
        ({"zone": "Zen Spamhaus"}, "zone"),
        ({"lookup_url": "ftp://example.net"}, "URL"),
        ({"removal": {"how": "expires", "url": "https://example.net", "takes": "x", "advice": "y"}}, "form"),
        ({"surprise": 1}, "surprise"),
        ({"operator": "nobody"}, "has no name"),
    ],
)
def test_what_does_not_fit_stops_the_start(over: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        read(with_list(**over))


def test_the_weights_are_those_that_receivers_give_them() -> None:
    tiers = {one.key: one.tier for one in registry().lists}
    assert {key for key, tier in tiers.items() if tier is Tier.A} == {"spamhaus_zen", "spamhaus_dbl"}
    assert tiers["uceprotect_3"] is Tier.D
    zen = registry().find("spamhaus_zen")
    assert zen is not None
    assert {str(one.code): one.tier for one in zen.codes}["127.0.0.10"] is Tier.C  # a policy, no evidence of spam


def test_a_list_is_believed_for_each_kind_of_question_apart() -> None:
    faces = {one.key: one.faces for one in registry().lists}
    assert faces["spamhaus_zen"] == (Face.IPV4, Face.IPV6)
    assert faces["spamcop"] == (Face.IPV4,)
    assert {faces[one.key] for one in registry().of_kind(Kind.DOMAIN)} == {(Face.NAME,)}
