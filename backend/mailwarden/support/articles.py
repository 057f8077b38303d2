"""Help pages: Markdown files with a head of YAML, read once, searched in memory (M21)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PACKAGED = Path(__file__).parents[1] / "help"
CHECKOUT = Path(__file__).parents[3] / "docs" / "help"
HEAD = re.compile(r"\A---\n(.*?)\n---\n+(.*)\Z", re.DOTALL)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
AROUND = 80  # characters of an excerpt on both sides


@dataclass(frozen=True)
class Article:
    """``groups`` are those of the requirements that it covers: A, B, …"""

    slug: str
    title: str
    groups: tuple[str, ...]
    updated: date
    summary: str
    body: str


class BadArticle(ValueError):
    """A file that is no help page."""


def folder() -> Path:
    """In a wheel they lie in the package, in a checkout among the documents."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


@cache
def articles() -> tuple[Article, ...]:
    return tuple(sorted((read(path) for path in folder().glob("*.md")), key=lambda one: (one.groups, one.title)))


def read(path: Path) -> Article:
    """Raises BadArticle."""
    found = HEAD.match(path.read_text(encoding="utf-8"))
    if found is None or not SLUG.fullmatch(path.stem):
        raise BadArticle(f"{path.name} has no head, or is not named in lower case")
    head: dict[str, Any] = yaml.safe_load(found[1])
    if set(head) != {"title", "groups", "updated", "summary"} or not isinstance(head["updated"], date):
        raise BadArticle(f"{path.name}: title, groups, updated (a date) and summary are needed")
    groups = tuple(str(one) for one in head["groups"])
    return Article(path.stem, head["title"], groups, head["updated"], head["summary"], found[2])


def find(slug: str) -> Article | None:
    return next((one for one in articles() if one.slug == slug), None)


def search(text: str, among: Iterable[Article]) -> list[tuple[Article, str | None]]:
    """Those that hold every word, in the title or the body; the better they fit the earlier. With an excerpt each."""
    words = text.casefold().split()[:10]
    if not words:
        return [(one, None) for one in among]
    fitting = [(score, one) for one in among if (score := _score(one, words))]
    fitting.sort(key=lambda pair: (-pair[0], pair[1].title))
    return [(one, _excerpt(one.body, words)) for _, one in fitting]


def _score(one: Article, words: list[str]) -> int:
    """A word in the title counts for ten in the body; 0: some word is nowhere."""
    title, body = one.title.casefold(), f"{one.summary}\n{one.body}".casefold()
    counts = [10 * (word in title) + min(body.count(word), 5) for word in words]
    return sum(counts) if all(counts) else 0


def _excerpt(body: str, words: list[str]) -> str | None:
    plain = " ".join(re.sub(r"[#*`>|]|\[|\]\([^)]*\)", " ", body).split())
    places = [at for word in words if (at := plain.casefold().find(word)) >= 0]
    if not places:
        return None
    start, end = max(0, min(places) - AROUND), min(len(plain), min(places) + AROUND)
    return f"{'…' if start else ''}{plain[start:end]}{'…' if end < len(plain) else ''}"
