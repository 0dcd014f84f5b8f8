"""`tenantry init`: a commented settings file and the reviewed files beside it."""

import argparse
from pathlib import Path

from orchestration.config_rows import ROW_CLASSES
from orchestration.errors import OrchestrationError
from orchestration.settings import settings_file
from orchestration.settings_text import STARTING_SETTINGS, starting_config_file


def run(arguments: argparse.Namespace) -> int:
    """Write what is missing and leave the rest."""
    file = settings_file(getattr(arguments, "settings", None))
    texts = {file: STARTING_SETTINGS}
    for row_class in ROW_CLASSES:
        texts[file.parent / "config" / row_class.file_name] = starting_config_file(row_class)
    for path, text in texts.items():
        print(f"{'wrote' if _write_new(path, text) else 'kept '}  {path}")
    print(f"Next: fill in {file}, set the secrets it names, then run `tenantry doctor`.")
    return 0


def _write_new(path: Path, text: str) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive creation: a file that appears meanwhile is kept too.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        if path.is_file():
            return False
        raise _unwritable(path, error) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def _unwritable(path: Path, error: OSError) -> OrchestrationError:
    return OrchestrationError(
        f"{path}: cannot be written ({error.strerror}). Expected a writable folder. "
        "Run `tenantry init` in another folder, or name one with --settings FILE."
    )
