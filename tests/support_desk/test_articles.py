"""Help pages: every group of requirements has one, each with a true date; the search finds them."""

import re
from datetime import date
from pathlib import Path

import pytest

from mailwarden.support.articles import BadArticle, articles, folder, read
from tests.conftest import NewClient

GROUPS = set("ABCDEFGHIJKLM")
LATEST = date(2030, 1, 1)


def test_every_group_has_a_page() -> None:
    assert {group for one in articles() for group in one.groups} >= GROUPS
    assert {group for one in articles() for group in one.groups} <= GROUPS


@pytest.mark.parametrize("one", articles(), ids=lambda one: one.slug)
def test_a_page_is_whole(one: object) -> None:
    for found in [page for page in articles() if page is one]:
        assert date(2026, 1, 1) <= found.updated <= LATEST
        assert 20 <= len(found.summary) <= 160
        assert len(found.body) > 400
        assert found.body.startswith("## ")
        assert "<" not in re.sub(r"`[^`]*`", "", found.body)  # Markdown without HTML


def test_pages_are_those_of_the_folder() -> None:
    assert {one.slug for one in articles()} == {path.stem for path in folder().glob("*.md")}


@pytest.mark.parametrize(
    "text",
    [
        "no head",
        "---\ntitle: x\n---\nbody",
        "---\ntitle: x\ngroups: [A]\nupdated: soon\nsummary: y\n---\nbody",
        "---\ntitle: x\ngroups: [A]\nupdated: 2026-11-22\nsummary: y\nmore: z\n---\nbody",
    ],
)
def test_a_broken_page_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.md"
    path.write_text(text)
    with pytest.raises(BadArticle):
        read(path)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("forgot password", "sign-in-and-account"),
        ("SYNC LOG", "sync"),
        ("two-step reconnect", "reconnect"),
        ("refund", "trial-and-billing"),
        ("transfer ownership", "roles-and-members"),
        ("one-hour rule", "sending-and-rotation"),
        ("new york", "contact-support"),
    ],
)
async def test_the_search_finds_the_page(new_client: NewClient, words: str, first: str) -> None:
    found = (await new_client().get("/v1/support/articles", params={"q": words})).json()
    assert found[0]["slug"] == first, [one["slug"] for one in found]
    assert found[0]["excerpt"]


async def test_all_pages_and_one(new_client: NewClient) -> None:
    http = new_client()
    listed = (await http.get("/v1/support/articles")).json()
    assert len(listed) == len(articles())
    assert (await http.get("/v1/support/articles", params={"q": "xyzzy"})).json() == []
    of_group = (await http.get("/v1/support/articles", params={"group": "I"})).json()
    assert [one["slug"] for one in of_group] == ["trial-and-billing"]
    page = (await http.get("/v1/support/articles/sync")).json()
    assert (page["title"], page["updated"]) == ("Syncing figures", "2026-11-22")
    for missing in ("no-such-page", "..%2Fsync", "sync.md"):
        assert (await http.get(f"/v1/support/articles/{missing}")).status_code == 404
