"""Which groups are read, and what becomes of groups that are gone or hide their members."""

import json

import pyarrow as pa
import pytest

from ingestion.legs import IngestionError, LegEnd, LegStatus
from tests.ingestion.microsoft.vendor import API, Vendor, error, legs_of, page
from tests.ingestion.readings import MemoryReading, leg_of

HOLDER, ACTIVE, ELIGIBLE, INCLUDED, EXCLUDED, OTHER = (f"9a000000-0000-4000-8000-00000000000{n}" for n in range(6))
DENIED = error(403, "Authorization_RequestDenied")


def members(group: str) -> str:
    return f"/groups/{group}/transitiveMembers"


def principals(*rows: tuple[str, str | None]) -> pa.Table:
    return pa.table(
        {
            "principal_id": pa.array([row[0] for row in rows], pa.string()),
            "principal_odata_type": pa.array([row[1] for row in rows], pa.string()),
        }
    )


def policies(*conditions: dict | None) -> pa.Table:
    return pa.table({"conditions": pa.array([json.dumps(item) if item else None for item in conditions], pa.string())})


def others(**tables: pa.Table) -> dict[str, pa.Table]:
    return {
        "role_assignments": principals(),
        "role_assignment_schedule_instances": principals(),
        "role_eligibility_schedule_instances": principals(),
        "conditional_access_policies": policies(),
        "groups": pa.table({"id": pa.array([], pa.string())}),
        **tables,
    }


def run(
    vendor: Vendor, refused: dict[str, LegStatus] | None = None, **tables: pa.Table
) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor), "group_members")
    failures = {
        table: IngestionError("not read", error_class="x", advice="y", status=status)
        for table, status in (refused or {}).items()
    }
    reading = MemoryReading(leg.key, others=others(**tables), failures=failures)
    return reading, leg.read(reading)


GROUP, USER = "#microsoft.graph.group", "#microsoft.graph.user"


def test_groups_of_roles_and_policies_are_read_with_every_kind_of_member() -> None:
    answers = {members(group): page() for group in (ACTIVE, ELIGIBLE, INCLUDED, EXCLUDED)}
    rows = [{"id": "u1", "@odata.type": USER}, {"id": "s1", "@odata.type": "#microsoft.graph.servicePrincipal"}]
    vendor = Vendor({**answers, members(HOLDER): page(*rows)})
    reading, end = run(
        vendor,
        role_assignments=principals((HOLDER, GROUP), ("u9", USER)),
        role_assignment_schedule_instances=principals((ACTIVE, GROUP)),
        role_eligibility_schedule_instances=principals((ELIGIBLE, GROUP)),
        conditional_access_policies=policies(
            {"users": {"includeGroups": [INCLUDED], "excludeGroups": [EXCLUDED]}}, {"users": None}, None
        ),
    )
    asked = sorted(path.split("/")[3] for path in vendor.paths() if "transitiveMembers" in path)
    assert asked == sorted([HOLDER, ACTIVE, ELIGIBLE, INCLUDED, EXCLUDED])
    assert reading.table().to_pylist() == [
        {"id": "u1", "odata_type": USER, "group_id": HOLDER},
        {"id": "s1", "odata_type": "#microsoft.graph.servicePrincipal", "group_id": HOLDER},
    ]
    assert [(scope.mode, dict(scope.where)) for scope in end.scopes["group_members"]] == [("full", {})]
    assert vendor.queries()[-1] == {"$select": "id", "$top": "999"}


def test_group_needs_the_legs_that_name_groups() -> None:
    needs = {key.table for key in leg_of(legs_of(Vendor()), "group_members").needs}
    assert needs == set(others())


def test_group_with_several_pages_is_read_to_its_end() -> None:
    link = f"{API}{members(HOLDER)}?$skiptoken=1"
    vendor = Vendor({members(HOLDER): [page({"id": "u1"}, link=link), page(link=link + "2"), page({"id": "u2"})]})
    reading, _ = run(vendor, role_assignments=principals((HOLDER, GROUP)))
    assert reading.values("id") == ["u1", "u2"]


def test_principal_of_untold_kind_counts_where_it_is_a_group_of_the_directory() -> None:
    vendor = Vendor({members(HOLDER): page({"id": "u1"})})
    run(
        vendor,
        role_assignments=principals((HOLDER, None), (OTHER, None)),
        groups=pa.table({"id": pa.array([HOLDER], pa.string())}),
    )
    assert [path for path in vendor.paths() if OTHER in path] == []
    assert len([path for path in vendor.paths() if HOLDER in path]) == 1


def test_group_that_is_gone_has_no_members_and_is_no_failure() -> None:
    vendor = Vendor({members(INCLUDED): error(404, "Request_ResourceNotFound")})
    reading, end = run(vendor, conditional_access_policies=policies({"users": {"includeGroups": [INCLUDED]}}))
    assert not reading.written
    assert not end.problems and end.scopes["group_members"][0].mode == "full"


def test_listed_group_that_is_not_found_is_no_empty_group() -> None:
    vendor = Vendor({members(INCLUDED): error(404, "NotFound")})
    with pytest.raises(IngestionError) as caught:
        run(
            vendor,
            conditional_access_policies=policies({"users": {"includeGroups": [INCLUDED]}}),
            groups=pa.table({"id": pa.array([INCLUDED], pa.string())}),
        )
    assert caught.value.status is LegStatus.FAILED


def test_group_that_hides_its_members_is_one_problem_and_keeps_its_rows() -> None:
    vendor = Vendor({members(HOLDER): DENIED, members(INCLUDED): page({"id": "u1"})})
    reading, end = run(
        vendor,
        role_assignments=principals((HOLDER, GROUP)),
        conditional_access_policies=policies({"users": {"includeGroups": [INCLUDED]}}),
    )
    assert reading.values("group_id") == [INCLUDED]
    assert [dict(scope.where) for scope in end.scopes["group_members"]] == [{"group_id": INCLUDED}]
    (problem,) = end.problems
    assert (problem.status, problem.error_class) == (LegStatus.PARTIAL, "group_hidden")
    assert "1 of 2 groups" in str(problem) and HOLDER not in str(problem)
    assert "Member.Read.Hidden" in problem.advice


def test_every_group_refused_is_a_missing_permission() -> None:
    vendor = Vendor({members(HOLDER): DENIED})
    with pytest.raises(IngestionError) as caught:
        run(vendor, role_assignments=principals((HOLDER, GROUP)))
    assert caught.value.status is LegStatus.NOT_PERMITTED
    assert "GroupMember.Read.All" in caught.value.advice


def test_group_that_fails_otherwise_fails_the_leg() -> None:
    with pytest.raises(IngestionError) as caught:
        run(Vendor({members(HOLDER): error(500, "generalException")}), role_assignments=principals((HOLDER, GROUP)))
    assert caught.value.status is LegStatus.FAILED


def test_no_group_is_referenced_and_nothing_is_asked() -> None:
    vendor = Vendor()
    _, end = run(vendor, role_assignments=principals(("u1", USER)))
    assert end.scopes["group_members"][0].mode == "full"
    assert vendor.sent == []


def test_tables_without_licence_name_no_group_and_others_still_do() -> None:
    vendor = Vendor({members(HOLDER): page({"id": "u1"})})
    absent = dict.fromkeys(
        ["role_assignment_schedule_instances", "role_eligibility_schedule_instances"], LegStatus.NOT_LICENSED
    )
    reading, end = run(vendor, absent, role_assignments=principals((HOLDER, GROUP)))
    assert reading.values("id") == ["u1"] and not end.problems


def test_no_source_that_was_read_is_no_empty_table() -> None:
    refused = dict.fromkeys(["role_assignments", "conditional_access_policies"], LegStatus.NOT_PERMITTED)
    refused |= dict.fromkeys(
        ["role_assignment_schedule_instances", "role_eligibility_schedule_instances"], LegStatus.NOT_LICENSED
    )
    with pytest.raises(IngestionError) as caught:
        run(Vendor(), refused)
    assert caught.value.status is LegStatus.NOT_PERMITTED


def test_group_id_that_is_no_guid_stands_in_no_path() -> None:
    vendor = Vendor()
    run(vendor, conditional_access_policies=policies({"users": {"includeGroups": ["../users", "All"]}}))
    assert vendor.sent == []
