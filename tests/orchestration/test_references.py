"""What people read about settings and commands agrees with the code."""

import dataclasses
import re
import subprocess
import sys
import typing

import pytest

from orchestration import commands_reference, settings_reference
from orchestration.settings_schema import Settings
from orchestration.settings_tables import setting_fields
from orchestration.settings_text import STARTING_SETTINGS
from orchestration.settings_vendors import (
    CertificateSettings,
    ConnectWiseSettings,
    MailboxSettings,
    MicrosoftSettings,
    Pax8Settings,
    TenantSettings,
)


def test_settings_page_is_what_the_classes_say() -> None:
    assert settings_reference.PAGE.read_text(encoding="utf-8") == settings_reference.settings_reference(), (
        "docs/settings.md is stale: run python -m orchestration.settings_reference"
    )


def test_commands_page_is_what_the_parsers_say() -> None:
    assert commands_reference.PAGE.read_text(encoding="utf-8") == commands_reference.commands_reference(), (
        "docs/commands.md is stale: run python -m orchestration.commands_reference"
    )


def all_settings_classes() -> list[type]:
    """Every class that a table of this release's vendors is read into."""
    simple = [
        hint
        for hint in typing.get_type_hints(Settings).values()
        if isinstance(hint, type) and dataclasses.is_dataclass(hint)
    ]
    return [
        *simple,
        MicrosoftSettings,
        CertificateSettings,
        TenantSettings,
        MailboxSettings,
        ConnectWiseSettings,
        Pax8Settings,
    ]


@pytest.mark.parametrize("settings_class", all_settings_classes(), ids=lambda item: item.__name__)
def test_starting_settings_show_every_key(settings_class: type) -> None:
    nested = {"tenants", "mailboxes"}
    missing = [
        key
        for key in setting_fields(settings_class)
        if key not in nested and not re.search(rf"(^|[ {{])(# )?{key} = ", STARTING_SETTINGS, re.MULTILINE)
    ]
    assert missing == []


@pytest.mark.parametrize("settings_class", all_settings_classes(), ids=lambda item: item.__name__)
def test_every_setting_has_a_help_line(settings_class: type) -> None:
    for key, field in setting_fields(settings_class).items():
        assert field.metadata["help"].endswith("."), key


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from orchestration.cli import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    heavy = ("dagster", "dlt", "dbt", "duckdb", "pyarrow", "polars", "great_expectations", "msal", "requests", "rich")
    assert [name for name in heavy if f"'{name}'" in ended.stderr] == []
