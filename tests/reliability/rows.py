"""All rows, in the order in which they are played."""

from collections.abc import Sequence

from tests.reliability import provider_http, token_live, token_pure
from tests.reliability.row import Row

ROWS: Sequence[Row] = (*provider_http.ROWS, *token_pure.ROWS, *token_live.ROWS)
