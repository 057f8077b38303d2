"""What is published is what is computed."""

import re

import pytest

from mailwarden.deliverability.score.rules.model import VERSIONS, UnknownVersion, model
from tests.support.golden import ROOT

TEXT = (ROOT / "docs" / "deliverability-score.md").read_text("utf-8")
DS1 = model("DS-1")


def shown(number: float) -> str:
    return f"{number:.4f}".rstrip("0").rstrip(".")


def at(ppm: int) -> str:
    return f"{shown(ppm / 10_000)} %" if ppm else "0"


@pytest.mark.parametrize("name", DS1.rates)
def test_curves(name: str):
    rule = DS1.rates[name]
    anchors = "; ".join(f"{at(ppm)} → {shown(share / 1000)}" for ppm, share in rule.curve)
    most = next(part.max for part in DS1.parts if part.name == name) // 100
    assert f"| {name} | {most} | {anchors} |" in TEXT


@pytest.mark.parametrize("name", DS1.rates)
def test_priors(name: str):
    rule = DS1.rates[name]
    usual = shown(rule.prior_thousandths / rule.strength / 10)
    assert re.search(rf"\| {name} \| [^|]*\| {usual} % \| {rule.strength} \|", TEXT)


def test_bands_and_caps():
    for least, word in DS1.bands:
        assert re.search(rf"\| {least}–\d+ \| {word.capitalize()} \|", TEXT)
    section = TEXT.split("## Caps")[1].split("## Not")[0]
    told = {int(one) for one in re.findall(r"\d+", section)}
    assert set(DS1.caps.values()) <= told


def test_only_published_versions_are_computed():
    assert [model(name).version for name in VERSIONS] == list(VERSIONS)
    with pytest.raises(UnknownVersion):
        model("DS-2")
