"""`tenantry.toml` → one typed, frozen `Settings`. The only module that reads environment variables.

The classes are in `settings_schema` and `settings_vendors`; secrets stay references. Loading asks no vendor, opens no
secret and writes nothing.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.errors import Problem, SettingsError, SettingsFileError
from orchestration.settings_kinds import Place
from orchestration.settings_rules import completed, disagreements
from orchestration.settings_schema import Settings
from orchestration.settings_tables import read_table

DEFAULT_FILE = "tenantry.toml"
FILE_VARIABLE = "TENANTRY_SETTINGS"
REFERENCE = "docs/settings.md lists every setting; correct the file, then run the command again."


def environment() -> Mapping[str, str]:
    """The process environment, for those who are handed it (secrets, child processes)."""
    return os.environ


def settings_file(chosen: Path | None = None, variables: Mapping[str, str] | None = None) -> Path:
    """The settings file to read: the flag's, else TENANTRY_SETTINGS's, else ./tenantry.toml."""
    if chosen is not None:
        return chosen.absolute()
    named = (environment() if variables is None else variables).get(FILE_VARIABLE, "")
    return Path(named or DEFAULT_FILE).absolute()


def load_settings(chosen: Path | None = None, variables: Mapping[str, str] | None = None) -> Settings:
    """The settings of one file, complete and checked.

    Errors: SettingsError if there is no file or it is no TOML; SettingsFileError with every problem of the file.
    """
    variables = environment() if variables is None else variables
    file = settings_file(chosen, variables)
    document = _document(file, named=chosen is not None)
    place = Place(key="", base=file.parent, environment=variables, problems=[])
    settings: Settings | None = read_table(Settings, document, place)
    problems: list[Problem] = list(place.problems)
    if settings is not None:
        settings = completed(settings, file)
        problems.extend(disagreements(settings))
    if settings is None or problems:
        raise SettingsFileError(str(file), problems, REFERENCE)
    return settings


def _document(file: Path, *, named: bool) -> dict[str, Any]:
    try:
        # Editors on Windows put a byte order mark before the first line, which is no TOML.
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        searched = "--settings" if named else f"{FILE_VARIABLE}, then ./{DEFAULT_FILE}"
        raise SettingsError(
            f"{file}: no settings file. Searched: {searched}. Expected a tenantry.toml. "
            "Write one with `tenantry init`, or name yours with --settings FILE."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{file}, line {line}: a byte that is not UTF-8. Expected a UTF-8 file. Save it as UTF-8 and try again."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}. Expected TOML 1.0. Correct that place.") from error
    except (ValueError, RecursionError) as error:
        # tomllib's own limits; their text names Python's settings and no place of the file.
        raise SettingsError(
            f"{file}: found a number of thousands of digits or tables nested hundreds deep, which cannot be read. "
            "Expected values as docs/settings.md lists them. Correct the file."
        ) from error
    except OSError as error:
        raise SettingsError(
            f"{file}: cannot be read ({error.strerror}). Expected a readable file. Check its rights, or name another."
        ) from error
