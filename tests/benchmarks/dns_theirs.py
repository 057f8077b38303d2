"""checkdmarc at work, in an environment of its own: nothing of ours is there, and nothing of it here.

Pages are left out on both sides (the policy of MTA-STS, the logo): what is compared is the DNS and the judging of it.
"""

import json
import sys
import time

import checkdmarc  # type: ignore[import-not-found]
import checkdmarc.mta_sts  # type: ignore[import-not-found]
import dns.nameserver
import requests

CHECKED = ("spf", "dmarc", "smtp_tls_reporting", "mta_sts", "bimi", "soa", "mx", "ns")


def policy_of(domain: str, **_: object) -> dict[str, object]:
    return {"policy": f"version: STSv1\nmode: enforce\nmx: *.{domain}\nmax_age: 604800\n", "warnings": []}


def no_page(*_: object, **__: object) -> None:
    raise requests.ConnectionError("no pages here")


def main() -> None:
    port, names = int(sys.argv[1]), sys.stdin.read().split()
    checkdmarc.mta_sts.download_mta_sts_policy = policy_of
    requests.Session.get = no_page  # type: ignore[assignment,method-assign]
    server = dns.nameserver.Do53Nameserver("127.0.0.1", port)
    checkdmarc.check_domains(["warm.example"], nameservers=[server])
    json.dump(measured(names, server), sys.stdout)


def measured(names: list[str], server: dns.nameserver.Nameserver) -> dict[str, object]:
    wall, spent = time.perf_counter(), time.process_time()
    found = [checkdmarc.check_domains([name], nameservers=[server]) for name in names]
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    wrong = [
        f"{one['domain']} {part}: {one[part].get('error')}" for one in found for part in CHECKED if is_wrong(one[part])
    ]
    return {"seconds": wall, "cpu_s": spent, "checked": len(found), "wrong": wrong}


def is_wrong(part: dict[str, object]) -> bool:
    return part.get("valid") is False or "error" in part


if __name__ == "__main__":
    main()
