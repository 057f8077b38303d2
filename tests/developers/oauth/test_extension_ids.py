"""Which browser extensions are let in: the one of development where people try things, none elsewhere unless named."""

import base64
import hashlib
import re
from pathlib import Path

from mailwarden.cli.demo.run import demo_environment
from mailwarden.developers.oauth.clients import DEVELOPMENT_EXTENSION
from mailwarden.settings import OAuthSettings
from scripts.dev import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = ROOT / "frontend" / "extension" / "scripts" / "manifest.ts"
NAME = "MAILWARDEN_OAUTH__EXTENSION_IDS"
LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def test_the_id_of_development_follows_from_the_key_in_the_package() -> None:
    listed = MANIFEST.read_text().partition("KEY = [")[2].partition("]")[0]
    key = base64.b64decode("".join(re.findall("'([^']+)'", listed)))
    assert hashlib.sha256(key).hexdigest()[:32].translate(LETTERS) == DEVELOPMENT_EXTENSION


def test_demo_and_development_let_it_in_by_themselves() -> None:
    for environment in (demo_environment(), ENVIRONMENT):
        assert OAuthSettings.model_validate({"extension_ids": environment[NAME]}).extension_ids == (
            DEVELOPMENT_EXTENSION,
        )


def test_without_a_word_of_the_operator_none_is_let_in() -> None:
    assert OAuthSettings().extension_ids == ()
