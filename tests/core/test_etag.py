import pytest

from mailwarden.core.errors import PreconditionFailed, PreconditionRequired
from mailwarden.core.etag import etag, stale, version_in


def test_a_tag_reads_back_as_its_version() -> None:
    assert version_in(etag(7)) == 7


def test_no_tag_is_asked_for() -> None:
    with pytest.raises(PreconditionRequired):
        version_in(None)


@pytest.mark.parametrize(
    "tag", ["", "*", "v1", '"1"', '"v"', '"v-1"', '"v1', 'W/"v1"', '"v1", "v2"', '"v²"', f'"v{"9" * 5000}"']
)
def test_anything_else_matches_nothing(tag: str) -> None:
    with pytest.raises(PreconditionFailed):
        version_in(tag)


def test_whoever_saw_an_old_state_is_told_the_tag_of_the_new_one() -> None:
    assert stale(7).headers == {"ETag": etag(7)}
