"""What the operator says about blocklists: terms that are kept to, keys that were bought, lists to leave alone."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from mailwarden.core.runtime import Blocklists
from mailwarden.deliverability.blocklists.registry import registry

NAMES = ("accepted", "off")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


class BlocklistSettings(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    accepted: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Blocklists whose terms you keep to, or where your resolver is registered, comma separated:"
        " `spamhaus_zen`, `spamhaus_dbl`, `barracuda`, `validity_rpbl`, `spamrats`.",
    )
    off: Annotated[tuple[str, ...], NoDecode] = Field((), description="Blocklists never to be asked, comma separated.")
    keys: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {}, description="Keys of operators of blocklists, `operator:key`, comma separated (`spamhaus`, `abusix`)."
    )

    @model_validator(mode="before")
    @classmethod
    def split(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        data = data | {name: _parts(data[name]) for name in NAMES if isinstance(data.get(name), str)}
        if isinstance(data.get("keys"), str):
            pairs = (part.partition(":") for part in _parts(data["keys"]))
            data["keys"] = {operator.strip(): key.strip() for operator, _, key in pairs}
        return data

    @model_validator(mode="after")
    def known(self) -> Self:
        """A name that nobody knows would look like a list that is asked."""
        strange = {*self.accepted, *self.off} - {one.key for one in registry().lists}
        strange |= set(self.keys) - {one.operator for one in registry().lists if one.keyed_zone}
        if strange:
            raise ValueError(f"no such blocklist or operator with keys: {', '.join(sorted(strange))}")
        if not all(key.get_secret_value().isalnum() for key in self.keys.values()):
            raise ValueError("a key of a blocklist has letters and digits only")
        return self

    def config(self) -> Blocklists:
        return Blocklists(self.accepted, self.off, {name: key.get_secret_value() for name, key in self.keys.items()})
