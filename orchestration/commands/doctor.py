"""`tenantry doctor`: what a person wrote and what the vendors grant, one row per check with its remedy."""

import argparse
import json
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from orchestration.config_files import ConfigFileError, read_config_files
from orchestration.doctor_check import Check, State, document, exit_code
from orchestration.doctor_storage import storage_checks
from orchestration.errors import SettingsError, SettingsFileError
from orchestration.settings import load_settings, settings_file
from orchestration.settings_schema import Settings
from orchestration.text_table import text_table
from orchestration.vendor_selection import READ_VENDORS, Selection, select

HEADER = ("state", "check", "subject", "found")
REMEDY_INDENT = 9


def run(arguments: argparse.Namespace) -> int:
    """Print the table, or with `--json` the same as one JSON document; 1 if any check is an error, else 0."""
    chosen = getattr(arguments, "settings", None)
    now = datetime.now(UTC)
    checks = list(_checks(chosen, now))
    if arguments.json:
        print(json.dumps(document(checks, settings_file(chosen).name, now), indent=2))
    else:
        print(_table(checks))
        counts = ", ".join(f"{sum(check.state is state for check in checks)} {state}" for state in State)
        print(f"\n{len(checks)} checks: {counts}.")
    return exit_code(checks)


def _table(checks: Sequence[Check]) -> str:
    rows = [(check.state, check.check, check.subject, " ".join(check.found.split())) for check in checks]
    header, rule, *lines = text_table(HEADER, rows).splitlines()
    shown = [header, rule]
    for line, check in zip(lines, checks, strict=True):
        shown.append(line)
        if check.remedy:
            shown.append(f"{'':{REMEDY_INDENT}}-> {check.remedy} [{check.section}]")
    return "\n".join(shown)


def _checks(chosen: Path | None, now: datetime) -> Iterator[Check]:
    file = settings_file(chosen)
    try:
        settings = load_settings(chosen)
    except SettingsFileError as error:
        for problem in error.problems:
            found = f"found {problem.found}, expected {problem.expected}"
            yield Check(State.ERROR, "settings", problem.where, found, f"Correct {file}.")
        return
    except SettingsError as error:
        yield Check(State.ERROR, "settings", file.name, str(error), "Mend the file first; nothing else was checked.")
        return
    yield Check(State.OK, "settings", file.name, "every setting is valid")
    yield from _config_files(settings)
    yield from storage_checks(settings)
    selection = yield from _selection(settings)
    if selection.vendors:
        yield from _vendors(settings, selection, now)


def _vendors(settings: Settings, selection: Selection, now: datetime) -> Iterator[Check]:
    # The vendors' clients bring msal and pyarrow, which a wrong setting should not wait for.
    from orchestration.certificates import certificate_facts
    from orchestration.config_credentials import credential_rows
    from orchestration.doctor import Examination, examine
    from orchestration.doctor_probes import VendorProbes

    examination = Examination(
        selection=selection,
        credentials=credential_rows(settings, certificate_facts),
        expiring_days=settings.posture.expiring_days,
        today=now.date(),
        connections=settings.http.connections,
    )
    with VendorProbes(settings, selection, now.date()) as probes:
        yield from examine(examination, probes)


def _config_files(settings: Settings) -> Iterator[Check]:
    try:
        read_config_files(settings.config_folder)
    except ConfigFileError as error:
        for problem in error.problems:
            found = f"found {problem.found}, expected {problem.expected}"
            yield Check(State.ERROR, "config", problem.where, found, f"Correct the cell in {settings.config_folder}.")
        return
    yield Check(State.OK, "config", settings.config_folder.name, "every reviewed file is valid")


def _selection(settings: Settings) -> Generator[Check, None, Selection]:
    """What can be examined; a vendor that this release cannot read is a row, and the others are examined still."""
    try:
        return select(settings)
    except SettingsError as error:
        yield Check(
            State.ERROR, "vendor", settings.file.name, str(error), f"Keep to {', '.join(READ_VENDORS)} for now."
        )
    vendors = {item.vendor for item in (settings.microsoft, settings.psa, *settings.distributors) if item is not None}
    readable = tuple(vendor for vendor in READ_VENDORS if vendor in vendors)
    return select(settings, readable) if readable else Selection(None, (), None, ())
