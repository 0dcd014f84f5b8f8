"""What an object holds beyond its contract's shape: that there is something lands, what it is does not."""

import json
from pathlib import Path

from ingestion.projection.page import project
from tests.ingestion.projection.contracts import contract_of


def graph(*rows: object) -> bytes:
    return json.dumps({"value": rows}).encode()


def test_object_with_more_than_its_shape_lists_says_so_and_not_what(tmp_path: Path) -> None:
    shape = "struct<users:struct<includeUsers:list<string>,unlisted:unlisted>,unlisted:unlisted>"
    contract = contract_of(tmp_path, {"id": ("varchar", "id", "string"), "conditions": ("json", "conditions", shape)})
    listed = {"includeUsers": ["All"]}
    empty = {"agents": None, "other": [], "@odata.type": "x", "nested": {"@odata.context": "y", "list": []}}
    page = graph(
        {"id": "plain", "conditions": {"users": listed, **empty}},
        {"id": "above", "conditions": {"users": listed, "agents": {"secret": "what it says"}}},
        {"id": "below", "conditions": {"users": {**listed, "includeAgents": ["what it says"]}}},
        {"id": "zero", "conditions": {"users": listed, "isNarrow": False}},
        {"id": "none", "conditions": None},
    )
    rows = project(page, contract, where="here").table.to_pylist()
    told = {row["id"]: row["conditions"] and json.loads(row["conditions"]) for row in rows}
    assert told["plain"] == {"users": {"includeUsers": ["All"], "unlisted": False}, "unlisted": False}
    assert told["above"] == {"users": {"includeUsers": ["All"], "unlisted": False}, "unlisted": True}
    assert told["below"] == {"users": {"includeUsers": ["All"], "unlisted": True}, "unlisted": False}
    assert told["zero"]["unlisted"] is True and told["none"] is None
    assert "what it says" not in str(rows)
