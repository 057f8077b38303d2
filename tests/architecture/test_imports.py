import logging
from collections.abc import Iterator

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.support.golden import ROOT


@pytest.fixture
def loggers_kept() -> Iterator[None]:
    """The tool sets up logging and thereby silences every logger there is: tests that read logs may come after it."""
    known = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    heard = [one for one in known if not one.disabled]
    yield
    for one in heard:
        one.disabled = False


@pytest.mark.usefixtures("loggers_kept")
def test_features_depend_downwards_only() -> None:
    """The contracts are in pyproject.toml; a broken one is printed with the chain of imports that breaks it."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == EXIT_STATUS_SUCCESS
