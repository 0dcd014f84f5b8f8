"""`tenantry erase`: remove a person from mail and calendar data."""

import argparse
import sys

from orchestration.settings import load_settings

FROM_INPUT = "-"


def run(arguments: argparse.Namespace) -> int:
    """Check settings and address, then erase; with `-` the address is a line of standard input."""
    settings = load_settings(getattr(arguments, "settings", None))
    from orchestration.privacy.erase import erase, person_address

    given = sys.stdin.readline() if arguments.person == FROM_INPUT else arguments.person
    erase(settings, person_address(given))
    return 0
