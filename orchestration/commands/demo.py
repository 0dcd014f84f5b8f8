"""`tenantry demo`: the demo MSP under ./demo-msp/."""

import argparse
from pathlib import Path

DEMO_FOLDER = "demo-msp"


def run(arguments: argparse.Namespace) -> int:
    """Build the demo MSP in a folder of the working directory."""
    from orchestration.demo import run_demo

    return run_demo(Path(DEMO_FOLDER).absolute()).exit_code
