"""The help pages, for everybody: who cannot sign in needs them most."""

from typing import Annotated

from fastapi import APIRouter, Query

from mailwarden.core.api import errors
from mailwarden.core.errors import NotFound
from mailwarden.support.articles import Article, articles, find, search
from mailwarden.support.schemas import ArticleDetailOut, ArticleOut

router = APIRouter(prefix="/v1/support/articles", tags=["support"])


def _out(one: Article, excerpt: str | None) -> ArticleOut:
    return ArticleOut(
        slug=one.slug,
        title=one.title,
        groups=list(one.groups),
        updated=one.updated.isoformat(),
        summary=one.summary,
        excerpt=excerpt,
    )


@router.get("", responses=errors())
async def list_help_articles(
    q: Annotated[str, Query(max_length=200, description="Words that must all stand in the title or the text.")] = "",
    group: Annotated[str | None, Query(pattern="^[A-Z]$")] = None,
) -> list[ArticleOut]:
    """Public. All help pages, or those that fit, the best first."""
    among = [one for one in articles() if group is None or group in one.groups]
    return [_out(one, excerpt) for one, excerpt in search(q, among)]


@router.get("/{slug}", responses=errors(404))
async def get_help_article(slug: str) -> ArticleDetailOut:
    """Public. One help page, as Markdown."""
    one = find(slug)
    if one is None:
        raise NotFound("There is no such help page.")
    shown = _out(one, None)
    parts = {name: getattr(shown, name) for name in ArticleDetailOut.model_fields if name != "body"}
    return ArticleDetailOut(**parts, body=one.body)
