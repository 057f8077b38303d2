"""Lists of ``tag=value; tag=value``, the shape that DKIM, DMARC, MTA-STS, TLS-RPT and BIMI records share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Tag:
    name: str  # in lower case
    value: str  # without the white space around it


@dataclass(frozen=True, slots=True)
class Tags:
    """``broken``: what stands between two semicolons and is no tag."""

    all: tuple[Tag, ...]
    broken: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """Of the first one of this name."""
        for tag in self.all:
            if tag.name == name:
                return tag.value
        return None

    @property
    def doubled(self) -> tuple[str, ...]:
        names = [tag.name for tag in self.all]
        return tuple(dict.fromkeys(name for name in names if names.count(name) > 1))


def read_tags(text: str) -> Tags:
    tags: list[Tag] = []
    broken: list[str] = []
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip(SPACE)
        if equals and _NAME.fullmatch(name):
            tags.append(Tag(name.lower(), value.strip(SPACE)))
        elif plain := part.strip(SPACE):
            broken.append(plain)
    return Tags(tuple(tags), tuple(broken))


def written(tags: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{name}={value}" for name, value in tags)
