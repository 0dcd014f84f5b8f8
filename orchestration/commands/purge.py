"""`tenantry purge`: retention now."""

import argparse
from datetime import UTC, datetime

from orchestration.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Remove what the settings do not keep, from every file."""
    settings = load_settings(getattr(arguments, "settings", None))
    from orchestration.privacy.purge import purge

    purge(settings, arguments.as_of or datetime.now(UTC).date())
    return 0
