"""`tenantry publish`: rebuild the marts without asking a vendor."""

import argparse

from orchestration.config_files import read_config_files
from orchestration.errors import UsageError
from orchestration.publish_request import PublishRequest
from orchestration.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Rebuild, check and publish; with a past date, into a file of its own."""
    if arguments.as_of is not None and arguments.to is None:
        raise UsageError(
            "--as-of without --to: found no file, expected --to FILE, because the published copy always shows the last "
            "observation. Add --to FILE."
        )
    if arguments.known_at is not None and arguments.as_of is None:
        raise UsageError("--known-at without --as-of: expected both. Add --as-of DATE and --to FILE.")
    settings = load_settings(getattr(arguments, "settings", None))
    read_config_files(settings.config_folder)
    to = arguments.to.absolute() if arguments.to is not None else None
    if to is not None and to.resolve() in (settings.warehouse.path.resolve(), settings.warehouse.published.resolve()):
        raise UsageError(
            f"--to {arguments.to}: found the warehouse or its published copy, expected another file. Choose one."
        )
    from orchestration.publishing import publish

    return publish(settings, PublishRequest(as_of=arguments.as_of, known_at=arguments.known_at, to=to)).exit_code
