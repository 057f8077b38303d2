"""JSON can escape one half of a surrogate pair: a string that is no text, and that nothing can turn into bytes."""

import pytest

from tests.support.browser import Browser


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/auth/sign-in", b'{"email": "owner@example.com", "password": "\\ud800"}'),
        ("/v1/me/password", b'{"current_password": "\\ud800", "new_password": "a long enough passphrase"}'),
    ],
)
async def test_half_a_character_is_refused_by_name(owner: Browser, path: str, body: bytes) -> None:
    answer = await owner.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_text"), answer.text
