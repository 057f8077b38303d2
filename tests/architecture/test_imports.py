from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.support.golden import ROOT


def test_features_depend_downwards_only() -> None:
    """The contracts are in pyproject.toml; a broken one is printed with the chain of imports that breaks it."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == EXIT_STATUS_SUCCESS
