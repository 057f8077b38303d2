"""A short storm. `python -m tests.chaos` blows longer."""

import pytest

from tests.chaos.run import run
from tests.chaos.storm import Plan

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
SEED = 20


def test_nothing_is_lost_or_doubled_whatever_dies(capsys: pytest.CaptureFixture[str]) -> None:
    storm, judgement = run(Plan(SEED, seconds=20, each=4))
    with capsys.disabled():
        for line in judgement.lines(storm):
            print(line)  # noqa: T201 - counts and seed belong beside the result
    assert judgement.violations == []
    assert judgement.refreshes > 0
