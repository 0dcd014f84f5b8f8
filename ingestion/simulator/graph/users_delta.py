"""`GET /users/delta`: every user once, then what changed."""

from typing import Any

from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.directory_delta import DeltaKind, round_of
from ingestion.simulator.graph.users import user_names

KIND = DeltaKind(
    "users",
    "deletedUsers",
    properties.DEFAULT_USER,
    properties.USER_COLLECTIONS,
    untracked=frozenset(("signInActivity",)),
)


def delta(call: Call) -> dict[str, Any]:
    """One page of a round of users; sign-in activity is not tracked."""
    call.only("$select", "$filter", "$deltatoken")
    user_names(call)
    return round_of(call, KIND)
