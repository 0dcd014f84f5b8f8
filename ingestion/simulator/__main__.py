"""`python -m ingestion.simulator`: serve until interrupted; the first line of output says where."""

import argparse
from datetime import date
from pathlib import Path

from ingestion.simulator.child import Launch, run
from ingestion.simulator.serve import DEFAULT_WORLD


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.simulator", description=__doc__)
    parser.add_argument("--size", default="demo", help="demo, small, load:<users> or many:<tenants>:<users>")
    parser.add_argument("--seed", type=int, default=7, help="seed of the generated world")
    parser.add_argument("--clock", type=date.fromisoformat, help="day to begin at (default: the first observation)")
    parser.add_argument("--directory", type=Path, required=True, help="where ca.pem is written")
    parser.add_argument("--port", type=int, default=0, help="first of four ports; 0 takes free ones")
    parser.add_argument("--certificate", type=Path, help="PEM certificate that client assertions are signed with")
    parser.add_argument("--world", default=DEFAULT_WORLD, help="module:function that makes the world")
    parser.add_argument("--follow-parent", action="store_true", help="end when standard input closes")
    told = parser.parse_args()
    run(
        Launch(
            world=told.world,
            size=told.size,
            seed=told.seed,
            clock=told.clock,
            directory=told.directory,
            port=told.port,
            certificate=told.certificate,
            follows_parent=told.follow_parent,
        )
    )


if __name__ == "__main__":
    main()
