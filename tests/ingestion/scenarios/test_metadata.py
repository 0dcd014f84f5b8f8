"""Every path, option and property that we ask Graph for is one that Microsoft publishes; what is not, the docs name."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_contracts.contract import Column, raw_contract
from data_contracts.shape import Shape
from ingestion.microsoft.directory import selected
from ingestion.microsoft.endpoint import ALL_CLOUDS, Endpoint
from ingestion.microsoft.endpoints import DIRECTORY_ENDPOINTS, MAILBOX_ENDPOINTS, PARTNER_ENDPOINTS, SECOND_ENDPOINTS

FACTS = yaml.safe_load((Path(__file__).parent / "graph_metadata.yaml").read_text(encoding="utf-8"))
TYPES: dict[str, dict[str, str]] = FACTS["types"]
PATHS: dict[str, dict[str, Any]] = FACTS["paths"]
NEEDS: dict[str, dict[str, Any]] = FACTS["property_needs"]
ENDPOINTS = (*DIRECTORY_ENDPOINTS, *PARTNER_ENDPOINTS, *SECOND_ENDPOINTS, *MAILBOX_ENDPOINTS)
GUIDE = Path(__file__).parents[3] / "docs" / "connect-microsoft-365.md"
ASSUMPTIONS_HEADING = "## What we rely on that Microsoft does not document"
# Published type → what a contract may make of it.
PHYSICAL = {
    "String": {"varchar"},
    "Guid": {"varchar"},
    "Enum": {"varchar"},
    "Duration": {"varchar"},
    "Binary": {"varchar"},
    "Boolean": {"boolean"},
    "Int32": {"integer", "bigint"},
    "Double": {"decimal"},
    "DateTimeOffset": {"timestamptz"},
}
# Published as text, meant as an instant: the zone lies beside it, and we ask for UTC.
INSTANTS_IN_TEXT = {"event": ("start.dateTime", "end.dateTime")}
# Published as nullable and required by our contracts all the same: without it the row means nothing.
REQUIRED = frozenset(
    ("sku_id", "principal_id", "role_definition_id", "app_id", "created_date_time", "received_date_time",
     "start_date_time", "end_date_time")
)  # fmt: skip
# Names of the SDK's classes where they are not the type's own: the words that Python keeps for itself, roots.
SDK_NAMES = {"rolePrincipal": "group"}
# Nothing publishes these, and the guide's table of assumptions names each with these words.
UNOFFICIAL = {
    ("user_registration_details", "$top"): ("MFA registration report", "$top"),
    ("user_registration_details", "$select"): ("MFA registration report", "$select"),
    ("secure_scores", "$select"): ("secure scores", "$select"),
    ("secure_score_profiles", "$select"): ("secure scores and their controls", "$select"),
    ("license_assignments", "licenseAssignmentStates"): ("licenseAssignmentStates",),
    ("mailbox_usage", "Recipient Type"): ("usage report", "Recipient Type"),
}


def by_name(endpoint: Endpoint) -> str:
    """The id of a case."""
    return f"{endpoint.table} {endpoint.path}"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_path_permissions_licence_and_clouds_are_as_published(endpoint: Endpoint) -> None:
    published = PATHS[_template(endpoint)]
    allowed = {*published["least"], *published.get("more", [])}
    needs = NEEDS.get(f"{published.get('type')}/{_special(endpoint)}", {})
    asked = {*endpoint.permissions, *endpoint.also_permissions}
    assert asked - set(needs.get("least", [])) <= allowed, "a permission that does not open this path"
    assert set(needs.get("least", [])) <= asked
    assert asked & set(published["least"]), "the least privilege is not among the permissions"
    assert not [name for name in asked if re.search(r"ReadWrite|\.Send|FullControl|Manage(?!ment)", name)]
    assert endpoint.plan == needs.get("licence", published.get("licence", ""))
    assert set(endpoint.clouds) == set(published.get("clouds", ALL_CLOUDS))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_options_are_documented_or_known_to_be_not(endpoint: Endpoint) -> None:
    published = PATHS[_template(endpoint)]
    documented = set(published.get("options", []))
    undocumented = {name for name, _ in (*endpoint.options, *endpoint.unverified_options)} - documented
    if not published.get("select", True) and _selects(endpoint):
        undocumented.add("$select")
    assert undocumented <= {option for table, option in UNOFFICIAL if table == endpoint.table}
    # What Graph may refuse must be declared so, for it is asked for again without.
    assert not {name for name, _ in endpoint.options} & undocumented
    assert endpoint.has_unverified_select is ("$select" in undocumented)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_selected_properties_exist(endpoint: Endpoint) -> None:
    published = PATHS[_template(endpoint)]
    contract = raw_contract("microsoft", endpoint.table)
    if "columns" in published:
        asked = {column.source_field for column in contract.source_columns}
        missing = asked - set(published["columns"])
    else:
        missing = set(selected(contract, endpoint)) - set(TYPES[published["type"]])
    assert missing <= {name for table, name in UNOFFICIAL if table == endpoint.table}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_columns_have_the_published_types(endpoint: Endpoint) -> None:
    for type_name, column in _columns(endpoint):
        published, is_never_null = _resolve(type_name, column.source_field or "")
        is_text_instant = column.source_field in INSTANTS_IN_TEXT.get(type_name, ())
        allowed = {"timestamptz"} if is_text_instant else PHYSICAL.get(published, {"json"})
        assert column.physical_type.partition("(")[0] in allowed, f"{column.name}: published as {published}"
        # A column that may not be null refuses the whole load where Graph leaves it out. Keys are never left out.
        is_guarded = is_never_null or column.key_position is not None or column.name in REQUIRED
        assert not column.required or is_guarded, f"{column.name}: published as nullable"


def test_shapes_of_json_columns_exist_in_the_published_types() -> None:
    unknown = [
        f"{endpoint.table}.{column.name}: {path}"
        for endpoint in ENDPOINTS
        for type_name, column in _columns(endpoint)
        if column.physical_type == "json" and column.source_shape is not None
        for path in _unknown_parts(type_name, column.source_field or "", column.source_shape)
    ]
    assert unknown == []


def test_each_unofficial_assumption_is_one_that_we_make() -> None:
    made: set[tuple[str, str]] = set()
    for endpoint in ENDPOINTS:
        published = PATHS[_template(endpoint)]
        made |= {(endpoint.table, name) for name, _ in endpoint.unverified_options}
        if not published.get("select", True) and _selects(endpoint):
            made.add((endpoint.table, "$select"))
        columns = {column.source_field for column in raw_contract("microsoft", endpoint.table).source_columns}
        made |= (
            {(endpoint.table, name) for name in columns - set(published["columns"])}
            if "columns" in published
            else set()
        )
    # Whether delta carries this property is not published; the property itself is.
    made.add(("license_assignments", "licenseAssignmentStates"))
    assert made == set(UNOFFICIAL)


@pytest.mark.parametrize("assumption", UNOFFICIAL, ids=lambda assumption: " ".join(assumption))
def test_unofficial_assumption_is_named_in_the_guide(assumption: tuple[str, str]) -> None:
    section = GUIDE.read_text(encoding="utf-8").partition(ASSUMPTIONS_HEADING)[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    words = UNOFFICIAL[assumption]
    assert [row for row in rows if all(word in row for word in words)], f"no row of the table names {words}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_facts_agree_with_the_sdk_that_microsoft_generates_from_its_metadata() -> None:
    unknown = [
        f"{type_name}.{name}"
        for type_name, properties in TYPES.items()
        for name in set(properties) - _sdk_properties(SDK_NAMES.get(type_name, type_name))
    ]
    assert unknown == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", PATHS)
def test_path_exists_in_the_sdk(path: str) -> None:
    folder = "msgraph.generated"
    for part in path.strip("/").split("/"):
        name = part.partition("(")[0]
        suffix = "_with_period" if "(period=" in part else ""
        folder += ".item" if part == "{id}" else f".{_snake(name)}{suffix}"
    last = folder.rsplit(".", 1)[1]
    if last == "item":
        last = _snake(path.strip("/").split("/")[-2].removesuffix("s")) + "_item"
    importlib.import_module(f"{folder}.{last}_request_builder")


def _template(endpoint: Endpoint) -> str:
    """The path with its variable parts named alike."""
    path = re.sub(r"\(period='\w+'\)", "(period='{period}')", endpoint.path)
    return re.sub(r"\{(?!period)\w+\}", "{id}", path)


def _selects(endpoint: Endpoint) -> bool:
    # A file has no properties to select.
    return "columns" not in PATHS[_template(endpoint)]


def _special(endpoint: Endpoint) -> str:
    """The selected property that needs more than its list does."""
    names = selected(raw_contract("microsoft", endpoint.table), endpoint)
    return next((need.partition("/")[2] for need in NEEDS if need.partition("/")[2] in names), "")


def _columns(endpoint: Endpoint) -> Iterator[tuple[str, Column]]:
    """Columns that are filled from published properties, with the type that each is read from."""
    published = PATHS[_template(endpoint)]
    if "columns" in published:
        return
    type_names = {
        "license_assignments": ("licenseAssignmentState",),
        "credentials": ("passwordCredential", "keyCredential"),
    }.get(endpoint.table, (published["type"],))
    for column in raw_contract("microsoft", endpoint.table).source_columns:
        owners = [name for name in type_names if _field(column.source_field or "") in TYPES[name]]
        if "@odata." in (column.source_field or ""):
            continue
        assert owners, f"{endpoint.table}.{column.name}: {column.source_field} is not published"
        for owner in owners:
            yield owner, column


def _field(source_field: str) -> str:
    return source_field.split(".")[0]


def _resolve(type_name: str, source_field: str) -> tuple[str, bool]:
    """The published type at the end of a path, and whether nothing on the way may be null."""
    is_never_null = True
    for name in source_field.split("."):
        published = TYPES[_bare(type_name)][name]
        is_never_null = is_never_null and published.endswith("!")
        type_name = published.removesuffix("!")
    return type_name, is_never_null


def _bare(published: str) -> str:
    return re.sub(r"^Collection\((\w+)\)$", r"\1", published.removesuffix("!"))


def _unknown_parts(type_name: str, source_field: str, shape: Shape) -> Iterator[str]:
    published, _ = _resolve(type_name, source_field)
    yield from _unknown_below(published, source_field, shape)


def _unknown_below(published: str, path: str, shape: Shape) -> Iterator[str]:
    is_list = published.startswith("Collection(")
    if (shape.item is not None) != is_list:
        yield f"{path} is published as {published}"
    inner = shape.item if shape.item is not None else shape
    for name, below in inner.fields:
        if below.kind == "unlisted":
            continue
        properties = TYPES.get(_bare(published), {})
        if name in properties:
            yield from _unknown_below(properties[name], f"{path}.{name}", below)
        else:
            yield f"{path}.{name} is not published"


@cache
def _sdk_properties(type_name: str) -> frozenset[str]:
    """The properties of a type as the SDK's model reads them."""
    module = importlib.import_module(f"msgraph.generated.models.{_snake(type_name)}")
    model = getattr(module, type_name[0].upper() + type_name[1:])
    return frozenset(model().get_field_deserializers())


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
