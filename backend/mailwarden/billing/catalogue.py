"""Plans as data: ``plans.yaml``. A file that does not fit stops the start."""

from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FILE = Path(__file__).parent / "plans.yaml"
LimitName = Literal["connections", "mailboxes", "members", "messages_a_day"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(Strict):
    """None: no limit."""

    connections: int | None = Field(None, ge=1, description="Connected accounts of any kind; null: no limit.")
    mailboxes: int | None = Field(None, ge=1, description="Connected mailboxes; null: no limit.")
    members: int | None = Field(None, ge=1, description="Members and open invitations; null: no limit.")
    messages_a_day: int | None = Field(None, ge=1, description="Messages sent in a day; null: no limit.")


class Plan(Strict):
    key: str = Field(pattern="^[a-z][a-z0-9_]{1,30}$")
    name: str
    description: str
    amount: int = Field(ge=0)  # in the currency's smallest unit
    currency: str = Field(pattern="^[a-z]{3}$")
    interval: Literal["month", "year"]
    limits: Limits


class Catalogue(Strict):
    trial: str
    plans: tuple[Plan, ...]

    @model_validator(mode="after")
    def consistent(self) -> Self:
        keys = [plan.key for plan in self.plans]
        if len(set(keys)) != len(keys) or self.trial not in keys:
            raise ValueError("plans.yaml: keys must differ, and the trial must be one of them")
        return self

    def find(self, key: str | None) -> Plan | None:
        return next((plan for plan in self.plans if plan.key == key), None)

    @property
    def of_trial(self) -> Plan:
        return next(plan for plan in self.plans if plan.key == self.trial)


@cache
def catalogue() -> Catalogue:
    return Catalogue.model_validate(yaml.safe_load(FILE.read_text("utf-8")))
