"""Random zones and clients for SPF: names refer to each other, most terms are right, some are not."""

import random
from dataclasses import dataclass

from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.dns.memory import Records, Written

NAMES = [f"{letter}.example.com" for letter in "abcdefgh"]
HOSTS = ["mx1.example.net", "mx2.example.net", "web.example.net", "none.example.net", "www.a.example.com"]
FOUR = ["192.0.2.1", "192.0.2.77", "198.51.100.9", "203.0.113.200", "10.1.2.3"]
SIX = ["2001:db8::1", "2001:db8:1::77", "2001:db8:2:3::4"]
SENDERS = ["joe@{}", "strong-bad@{}", "a.b+c@{}", "@{}", "Per-Cent%x@{}"]
MACROS = [
    "%{d}",
    "%{d2}",
    "%{dr}",
    "%{d1r}",
    "%{o}",
    "%{l}",
    "%{lr-}",
    "%{l1r+-}",
    "%{i}",
    "%{ir}",
    "%{v}",
    "%{h2}",
    "%{S}",
]
WRONG = [
    "a:foo",
    "ip4:1.2.3",
    "ip4:1.2.3.4/33",
    "ip6:::1/129",
    "ip4",
    "include:",
    "moo",
    "all/8",
    "mx:",
    "ptr:",
    "exists",
    "a:x.123",
    "a//129",
    "a/33",
    "redirect=x",
    "exp=",
    "include:a.example.com/24",
    "a:%(d).com",
    "ip6:192.0.2.1",
    "-all:",
]
TEXTS = ["You are %{i}, not %{d}", "See http://%{d2}/?%{S}", "%{c} %{r}", "100%% no", "bad %x", "plain"]


@dataclass(frozen=True)
class Case:
    zones: dict[str, Records | Reason]
    ip: str
    sender: str
    helo: str


def case(seed: int, *, errors: bool = True, pointers: bool = True) -> Case:
    rng = random.Random(seed)
    zones: dict[str, Records | Reason] = {name: _records(rng, name, errors, pointers) for name in NAMES}
    zones |= {"mx1.example.net": _hosts(rng), "mx2.example.net": _hosts(rng), "web.example.net": _hosts(rng)}
    zones["www.a.example.com"] = _hosts(rng)
    zones["alias.example.com"] = {"CNAME": [rng.choice(NAMES)]}
    if errors:
        zones["slow.example.com"] = Reason.TIMEOUT
    ip = rng.choice([*FOUR, *SIX, "::ffff:192.0.2.1"])
    if pointers:
        zones |= _pointers(rng)
    sender = rng.choice(SENDERS).format(rng.choice(NAMES)) if rng.random() < 0.9 else ""
    return Case(zones, ip, sender, rng.choice([*NAMES, "helo.example.org", "bare"]))


def _records(rng: random.Random, name: str, errors: bool, pointers: bool) -> dict[str, list[Written]]:
    records: dict[str, list[Written]] = {"TXT": ["unrelated"]}
    if rng.random() < 0.95:
        records["TXT"].append(record(rng, name, errors, pointers))
    if errors and rng.random() < 0.03:
        records["TXT"].append("V=SPF1 -all")
    if rng.random() < 0.6:
        records |= _hosts(rng)
    if rng.random() < 0.6:
        hosts = [*HOSTS[:3], "none.example.net"] * (4 if errors and rng.random() < 0.05 else 1)
        records["MX"] = [(at, host) for at, host in enumerate(rng.sample(hosts, rng.randint(1, len(hosts))))]
    if rng.random() < 0.12:
        records["TXT"] = [rng.choice(TEXTS)]
    return records


def record(rng: random.Random, name: str, errors: bool, pointers: bool) -> str:
    terms = [
        rng.choice("++++-~?").replace("+", "") + _term(rng, name, errors, pointers) for _ in range(rng.randint(0, 5))
    ]
    if errors and rng.random() < 0.08:
        terms.insert(rng.randint(0, len(terms)), rng.choice(WRONG))
    if rng.random() < 0.6:
        terms.append(rng.choice(["-all", "~all", "?all", "all", "-ALL"]))
    if rng.random() < 0.25:
        terms.insert(rng.randint(0, len(terms)), f"redirect={_name(rng, name)}")
    if rng.random() < 0.3:
        terms.insert(rng.randint(0, len(terms)), f"exp={_name(rng, name)}")
    if rng.random() < 0.1:
        terms.append(rng.choice(["x=%{d}", "moo.cow-1=a/b:c"]))
    return rng.choice([" ", " ", "  "]).join([rng.choice(["v=spf1", "v=spf1", "V=SpF1"]), *terms])


def _term(rng: random.Random, name: str, errors: bool, pointers: bool) -> str:
    four, six = rng.choice(["", "", "/24", "/0", "/32", "/30"]), rng.choice(["", "", "//64", "//0"])
    kinds = ["a", "mx", "ip4", "ip6", "include", "include", "exists", *(["ptr"] if pointers else [])]
    match rng.choice(kinds):
        case "ip4":
            return f"ip4:{rng.choice(FOUR)}{four}"
        case "ip6":
            return f"ip6:{rng.choice(SIX)}{rng.choice(['', '/64', '/0'])}"
        case ("include" | "exists") as kind:
            return f"{kind}:{_name(rng, name, errors)}"
        case "ptr":
            return "ptr" + rng.choice(["", f":{_name(rng, name)}", ":example.net"])
        case kind:
            target = rng.choice(["", f":{_name(rng, name, errors)}", f":{rng.choice(HOSTS)}"])
            return f"{rng.choice([kind, kind.upper()])}{target}{four}{six}"


def _name(rng: random.Random, own: str, errors: bool = False) -> str:
    if errors and rng.random() < 0.05:
        return "slow.example.com"
    if rng.random() < 0.2:
        return rng.choice(MACROS) + rng.choice([".example.com", ".%{d}", ".a.example.com."])
    return rng.choice([one for one in [*NAMES, "alias.example.com", "none.example.com"] if one != own])


def _hosts(rng: random.Random) -> dict[str, list[Written]]:
    hosts: dict[str, list[Written]] = {}
    if rng.random() < 0.8:
        hosts["A"] = [*rng.sample(FOUR, rng.randint(1, 2))]
    if rng.random() < 0.6:
        hosts["AAAA"] = [*rng.sample(SIX, rng.randint(1, 2))]
    return hosts


def _pointers(rng: random.Random) -> dict[str, Records | Reason]:
    back: dict[str, Records | Reason] = {}
    for ip in FOUR:
        if rng.random() < 0.7:
            name = ".".join(reversed(ip.split("."))) + ".in-addr.arpa"
            back[name] = {"PTR": rng.sample([*NAMES, *HOSTS], 3)}
    return back
