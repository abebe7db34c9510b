"""`recits config` and `recits health` as an operator runs them: files, differences, exit status."""

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app.cli.base import Makers
from app.cli.main import recits
from app.services import health, identity
from app.services.verify import VerifyReport


@pytest.fixture
def run(app: Flask):
    """Returns a function that runs a command on the test's site."""
    makers = Makers(lambda **_more: app, list)

    def command(*arguments: object) -> Result:
        return CliRunner().invoke(recits, [str(part) for part in arguments], obj=makers)

    return command


def test_export_change_compare_import(run, site, tmp_path):
    folder = tmp_path / "conf"
    assert run("config", "export", folder).exit_code == 0
    assert "Rien à changer" in run("config", "import", folder, "--dry-run").output
    file = folder / "identity.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Récits croisés", "Voix du plateau"), encoding="utf-8")
    dry = run("config", "import", folder, "--dry-run")
    assert "identity, title : Récits croisés → Voix du plateau" in dry.output
    assert "rien n’a changé" in dry.output
    with site.writer.begin() as uow:
        assert identity.read_identity(uow.session).title == "Récits croisés"
    assert "Importé" in run("config", "import", folder).output
    with site.writer.begin() as uow:
        assert identity.read_identity(uow.session).title == "Voix du plateau"
    file.write_text("title: x", encoding="utf-8")
    for options in ((), ("--dry-run",)):
        refused = run("config", "import", folder, *options)
        assert refused.exit_code == 1
        assert "identity" in refused.output


def test_health_ends_with_one_only_where_something_is_wrong(run, site):
    found = run("health")
    assert (found.exit_code, "Mentions légales" in found.output) == (0, True)
    assert run("health", "--strict").exit_code == 1
    with site.writer.begin() as uow:
        health.note_verified(uow, VerifyReport(3, ("audit entry 2",)))
    assert run("health").exit_code == 1


def test_verify_remembers_when_it_ran(run, site):
    assert run("verify").exit_code == 0
    with site.writer.begin() as uow:
        assert health.read_setting(uow.session, health.VERIFIED)["faults"] == 0
