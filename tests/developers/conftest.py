from tests.accounts.conftest import statements

__all__ = ["statements"]
