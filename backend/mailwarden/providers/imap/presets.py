"""What we know by heart about the large mail providers."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from mailwarden.providers.imap.servers import Security, Server


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PresetServer(_Spec):
    host: str
    port: int
    security: Security

    def as_server(self) -> Server:
        return Server(self.host, self.port, self.security)


class Preset(_Spec):
    label: str
    domains: tuple[str, ...]
    domain_endings: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()  # endings of the hosts that take a domain's mail
    imap: PresetServer
    smtp: PresetServer
    username: str = "{address}"
    better_by: Literal["google", "microsoft"] | None = None
    hint: str | None = None
    help_url: str | None = None


@cache
def presets() -> tuple[Preset, ...]:
    text = (files(__package__) / "presets.yaml").read_text(encoding="utf-8")
    return tuple(Preset.model_validate(one) for one in yaml.safe_load(text))


def preset_of_domain(domain: str) -> Preset | None:
    for preset in presets():
        if domain in preset.domains or any(_ends(domain, ending) for ending in preset.domain_endings):
            return preset
    return None


def preset_of_mx(hosts: list[str]) -> Preset | None:
    """A company's own domain whose mail one of them takes. The longest ending wins: it says most."""
    fitting = [
        (len(ending), preset) for preset in presets() for ending in preset.mx if any(_ends(h, ending) for h in hosts)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _ends(name: str, ending: str) -> bool:
    """By whole labels: ``evilgoogle.com`` is not Google."""
    return name == ending or name.endswith(f".{ending}")
