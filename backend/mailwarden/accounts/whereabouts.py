"""From where somebody did something to an account: what the mails about it say."""

from dataclasses import dataclass

from fastapi import Request

from mailwarden.core.peer import client_address
from mailwarden.core.runtime import Runtime


@dataclass(frozen=True)
class Whereabouts:
    when: str
    address: str
    browser: str

    def facts(self) -> dict[str, str]:
        return {"when": self.when, "address": self.address, "browser": self.browser}


def whereabouts(rt: Runtime, request: Request) -> Whereabouts:
    now = rt.clock.now()
    browser = " ".join(request.headers.get("user-agent", "").split())[:160]
    address = client_address(request, rt.config.trusted_proxies)
    return Whereabouts(f"{now.day} {now:%B %Y, %H:%M} UTC", str(address), browser or "unknown")
