"""What can be known of the containers without an engine: that the parts fit each other and the program."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from mailwarden.cli import app
from mailwarden.embedded.binaries import POSTGRES_MAJOR
from mailwarden.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = ("migrate", "api", "worker", "sandbox")


def test_all_parts_are_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", *OURS}
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


def test_postgres_is_of_the_version_that_the_tests_run_on() -> None:
    assert SERVICES["postgres"]["image"] == f"postgres:{POSTGRES_MAJOR}"


@pytest.mark.parametrize("service", OURS)
def test_each_runs_a_command_that_exists(service: str) -> None:
    command = SERVICES[service]["command"]
    known = get_command(app).commands  # type: ignore[attr-defined]
    assert command[0] in known
    options = {name for parameter in known[command[0]].params for name in parameter.opts}
    own_options = [word for word in command[1:] if word.startswith("--")]
    assert service == "sandbox" or set(own_options) <= options


def test_every_setting_exists() -> None:
    for name in set(re.findall(r"MAILWARDEN_([A-Z_]+)(?=:)", TEXT)):
        model: Any = Settings
        for part in name.lower().split("__"):
            assert part in model.model_fields, name
            model = model.model_fields[part].annotation


def test_no_secret_has_a_default() -> None:
    variables = re.findall(r"(?<!\$)\$\{?(\w+)([^}\s]*)", TEXT)
    assert variables
    for name, rest in variables:
        assert rest.startswith(":?"), f"{name} may be missing without a word"


def test_only_the_migration_knows_the_owner_and_the_superuser() -> None:
    for name, service in SERVICES.items():
        known = {key: value for key, value in service.get("environment", {}).items() if value != ""}
        powerful = [key for key in known if key.startswith("MAILWARDEN_") and re.search("OWNER|ADMIN", key)]
        assert bool(powerful) == (name == "migrate")


def test_the_file_of_all_passwords_does_not_hand_them_to_every_service() -> None:
    for name in ("api", "worker"):
        given = SERVICES[name]["environment"]
        assert (given["POSTGRES_PASSWORD"], given["MW_OWNER_PASSWORD"]) == ("", "")


def test_nothing_listens_to_the_world() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_workers_can_be_many() -> None:
    worker = SERVICES["worker"]
    assert not {"container_name", "ports", "hostname"} & set(worker)


def test_work_begins_after_the_migration() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("api", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
