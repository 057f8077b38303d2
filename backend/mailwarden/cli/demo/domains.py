"""The DNS side of the demo: two sending domains, one of them broken, and an address that a blocklist holds."""

from dataclasses import dataclass, field
from typing import Any

from mailwarden.cli.demo.client import Person, Progress

SELECTOR = "news1"
CAREFUL, BROKEN = ("harbor-books.test", "198.51.100.1"), ("juniper-outdoor.test", "198.51.100.2")
BROKEN_SPF = f"v=spf1 ip4:{BROKEN[1]} inclde:_spf.mail.test -all"
CHECKED = ("spf", "dkim", "dmarc", "mx", "fcrdns")
Verdicts = dict[str, str]


@dataclass
class DomainStory:
    careful: Verdicts = field(default_factory=dict)
    broken: Verdicts = field(default_factory=dict)
    repaired: Verdicts = field(default_factory=dict)
    told: str = ""
    published: str = ""

    @property
    def differences(self) -> list[str]:
        """From what the zones of the sandbox hold."""
        fine = dict.fromkeys(CHECKED, "valid")
        expected = {
            "careful": (self.careful, fine),
            "broken": (self.broken, fine | {"spf": "fault", "dmarc": "absent"}),
            "repaired": (self.repaired, fine | {"dmarc": "absent"}),
        }
        return [f"{name} domain: {found}" for name, (found, wanted) in expected.items() if found != wanted]


def show_domains(person: Person, tell: Progress) -> DomainStory:
    story = DomainStory()
    _publish(person, BROKEN[0], BROKEN_SPF)
    _publish(person, f"_dmarc.{BROKEN[0]}")
    _list_address(person, BROKEN[1])
    tell(f"check the records of {CAREFUL[0]}", None)
    story.careful = _verdicts(_verify(person, _add(person, *CAREFUL)))
    tell(f"check the records of {BROKEN[0]}", None)
    domain = _add(person, *BROKEN)
    found = _verify(person, domain)
    story.broken = _verdicts(found)
    spf = next(one for one in found["latest"]["results"] if one["check"] == "spf")
    story.told, story.published = spf["summary"], spf["publish"][0]["value"]
    tell("publish the proposed SPF record", None)
    _publish(person, BROKEN[0], story.published)
    story.repaired = _verdicts(_verify(person, domain))
    return story


def _publish(person: Person, name: str, *texts: str) -> None:
    person.sandbox("PUT", "/dns/records", {"name": name, "type": "TXT", "values": list(texts)})


def _list_address(person: Person, address: str) -> None:
    name = f"{'.'.join(reversed(address.split('.')))}.bl.spamcop.net"
    person.sandbox("PUT", "/dns/records", {"name": name, "type": "A", "values": ["127.0.0.2"]})


def _add(person: Person, name: str, address: str) -> str:
    body = {"name": name, "selectors": [SELECTOR], "sending_ips": [{"address": address}]}
    domain_id: str = person.post("/v1/domains", body)["id"]
    return domain_id


def _verify(person: Person, domain_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.post(f"/v1/domains/{domain_id}/verify")
    return found


def _verdicts(found: dict[str, Any]) -> Verdicts:
    return {one["check"]: one["verdict"] for one in found["standings"] if not one["part"] and one["check"] in CHECKED}
