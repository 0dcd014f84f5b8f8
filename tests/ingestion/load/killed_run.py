"""A run in a process of its own that kills itself at a named instant: `python -m … WAREHOUSE STAGE OCCURRENCE`.

World 0 is loaded by the test, world 1 by this process and then by the run that follows the kill.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from ingestion.legs import Leg, ScopeEnd
from ingestion.load import Warehouse
from tests.ingestion.load.fake_legs import key_of, leg_of, load

USERS, OTHER_USERS, SKUS, MESSAGES = (
    key_of("users"),
    key_of("users", "tenant-b"),
    key_of("subscribed_skus"),
    key_of("messages"),
)
INBOX = {"mailbox": "tech@msp.example", "folder": "inbox"}
CANARY = "CANARY-ROW"


def legs_of(world: int) -> Sequence[Leg]:
    """The vendor as it answers in world 0 (first load) or 1 (with changes, removals and a big new tenant)."""
    users = [{"id": f"user-{n}", "display_name": f"{CANARY} {n} {world * (n % 2)}"} for n in range(world, 30)]
    big = [{"id": f"user-{n}", "display_name": f"{CANARY} {n}"} for n in range(6_000 * world)]
    mails = [{"id": f"mail-{n}", "subject": f"{CANARY} {n}", **INBOX} for n in range(world, 5 + world)]
    removed = pa.table({"id": ["mail-0"]}) if world else None
    return [
        leg_of(USERS, [users], scopes=[ScopeEnd("full", cursor=f"users-{world}")]),
        leg_of(OTHER_USERS, [big], scopes=[ScopeEnd("delta", cursor=f"others-{world}")]),
        leg_of(SKUS, [[{"id": f"sku-{world}"}]]),
        leg_of(MESSAGES, [mails], scopes=[ScopeEnd("delta", INBOX, removed, cursor=f"mail-{world}")]),
    ]


def main(path: str, stage: str, occurrence: str) -> None:
    """Loads world 1 and dies by SIGKILL when the stage is reached for the n-th time."""
    left = int(occurrence)

    def kill(reached: str) -> None:
        nonlocal left
        if reached == stage:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    load(Warehouse(Path(path)), 1, legs_of(1), on_stage=kill)


if __name__ == "__main__":
    main(*sys.argv[1:])
