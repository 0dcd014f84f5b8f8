"""`tenantry purge`: retention now."""

import argparse

from orchestration.clock import today
from orchestration.run_request import CLOCK, FLAG
from orchestration.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Remove what the settings do not keep, from every file."""
    settings = load_settings(getattr(arguments, "settings", None))
    from orchestration.privacy.purge import purge

    purge(settings, arguments.as_of or today(), FLAG if arguments.as_of else CLOCK)
    return 0
