"""`tenantry undo-observation`: the last observation taken back."""

import argparse

from orchestration.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Take back the last observation date, after a backup."""
    settings = load_settings(getattr(arguments, "settings", None))
    from orchestration.undoing import undo

    undo(settings, arguments.date)
    return 0
