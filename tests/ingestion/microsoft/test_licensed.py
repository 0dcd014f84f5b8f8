"""P2 and P1: what only service plans prove, and what Graph's refusals alone do not."""

import pyarrow as pa
import pytest

from ingestion.http.turn import taking
from ingestion.legs import IngestionError, LegStatus
from ingestion.microsoft.endpoints import (
    AAD_PREMIUM_P1,
    AAD_PREMIUM_P2,
    ROLE_ELIGIBILITY_SCHEDULE_INSTANCES,
    SIGN_IN_ACTIVITY,
)
from ingestion.microsoft.failures import NO_PREMIUM
from ingestion.microsoft.licensed import read_licensed
from ingestion.microsoft.premium import Premium, PremiumFacts, premium_of
from tests.ingestion.microsoft.test_directory import sku
from tests.ingestion.microsoft.vendor import API, Vendor, client_of, error, legs_of, page
from tests.ingestion.readings import MemoryReading, leg_of, read
from tests.ingestion.transport import Answer

ELIGIBLE = "/roleManagement/directory/roleEligibilityScheduleInstances"
ACTIVE = "/roleManagement/directory/roleAssignmentScheduleInstances"
PIM = {"role_eligibility_schedule_instances": ELIGIBLE, "role_assignment_schedule_instances": ACTIVE}
REFUSALS = [error(400, "AadPremiumLicenseRequired"), error(403, "PimLicenseRequired"),
            error(403, "UnknownError", inner="AadPremiumLicenseRequired"),
            error(400, "", '{"errorCode":"AadPremiumLicenseRequired","message":"x"}')]  # fmt: skip


def skus(*rows: dict) -> pa.Table:
    """The SKUs as they land."""
    reading, _ = read(leg_of(legs_of(Vendor({"/subscribedSkus": page(*rows)})), "subscribed_skus"))
    return reading.table()


@pytest.mark.parametrize(
    ("rows", "p1", "p2"),
    [
        ([sku(AAD_PREMIUM_P1)], Premium.PRESENT, Premium.ABSENT),
        ([sku(AAD_PREMIUM_P2)], Premium.PRESENT, Premium.PRESENT),
        ([sku(AAD_PREMIUM_P1), sku(AAD_PREMIUM_P2, capability="Suspended")], Premium.PRESENT, Premium.LAPSED),
        ([sku(AAD_PREMIUM_P2, status="PendingProvisioning")], Premium.ABSENT, Premium.ABSENT),
        ([sku("other")], Premium.ABSENT, Premium.ABSENT),
    ],
)
def test_plans_prove_both_licences(rows: list[dict], p1: Premium, p2: Premium) -> None:
    table = skus(*rows)
    assert (premium_of(table, "P1"), premium_of(table, "P2")) == (p1, p2)


@pytest.mark.parametrize("plan", [AAD_PREMIUM_P1, AAD_PREMIUM_P2])
def test_plans_of_a_known_answer_are_those_of_the_stored_rows(plan: str) -> None:
    answer = page(sku(plan))
    vendor = Vendor({"/subscribedSkus": answer, ELIGIBLE: page()})
    legs, stored = legs_of(vendor), {"subscribed_skus": skus(sku(plan))}
    reading, _ = read(leg_of(legs, "subscribed_skus"), known_answer=[str(answer.body).encode()], others=stored)
    assert not reading.written
    if plan == AAD_PREMIUM_P2:
        read(leg_of(legs, "role_eligibility_schedule_instances"))
        return
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, "role_eligibility_schedule_instances"))
    assert caught.value.status is LegStatus.NOT_LICENSED


@pytest.mark.parametrize("table", PIM)
@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize(
    "rows", [[sku(AAD_PREMIUM_P1)], [sku(AAD_PREMIUM_P2, capability="Suspended")]], ids=["absent", "lapsed"]
)
def test_pim_without_p2_is_not_licensed_by_code_and_plans(table: str, refusal: Answer, rows: list[dict]) -> None:
    vendor = Vendor({"/subscribedSkus": page(*rows), PIM[table]: refusal})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    with pytest.raises(IngestionError, match="no Microsoft Entra ID P2.*AAD_PREMIUM_P2") as caught:
        read(leg_of(legs, table))
    assert caught.value.status is LegStatus.NOT_LICENSED
    assert len([path for path in vendor.paths() if path.endswith("Instances")]) == 1


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("is_known", [True, False])
def test_pim_refused_where_the_plans_prove_nothing_is_tried_then_failed(refusal: Answer, is_known: bool) -> None:
    vendor, waits, facts = Vendor({ELIGIBLE: refusal}), [], PremiumFacts()
    if is_known:
        facts.learn(skus(sku(AAD_PREMIUM_P2)))
    reading = MemoryReading(leg_of(legs_of(vendor), "role_eligibility_schedule_instances").key)
    with pytest.raises(IngestionError) as caught:
        read_licensed(client_of(vendor), ROLE_ELIGIBILITY_SCHEDULE_INSTANCES, reading, facts, waits.append)
    assert (caught.value.status, caught.value.error_class) == (LegStatus.FAILED, "premium_refused")
    assert len(waits) == 3


def test_pim_refused_falsely_is_read_at_the_next_try() -> None:
    row = {
        "id": "i",
        "principalId": "u",
        "roleDefinitionId": "r",
        "principal": {"@odata.type": "#microsoft.graph.user"},
    }
    vendor, facts = Vendor({ELIGIBLE: [REFUSALS[0], page(row)]}), PremiumFacts()
    facts.learn(skus(sku(AAD_PREMIUM_P2)))
    reading = MemoryReading(leg_of(legs_of(vendor), "role_eligibility_schedule_instances").key)
    read_licensed(client_of(vendor), ROLE_ELIGIBILITY_SCHEDULE_INSTANCES, reading, facts, lambda seconds: None)
    assert reading.values("principal_odata_type") == ["#microsoft.graph.user"]


def test_pim_without_consent_is_a_matter_of_consent_where_licensed() -> None:
    vendor = Vendor({"/subscribedSkus": page(sku(AAD_PREMIUM_P2)), ACTIVE: error(403, "Authorization_RequestDenied")})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, "role_assignment_schedule_instances"))
    assert caught.value.status is LegStatus.NOT_PERMITTED
    assert "RoleManagement.Read.Directory or RoleAssignmentSchedule.Read.Directory" in caught.value.advice


def test_sign_in_activity_without_p1_is_not_licensed_and_users_are_read_all_the_same() -> None:
    vendor = Vendor(
        {
            "/subscribedSkus": page(sku("other")),
            "/users": error(403, NO_PREMIUM),
            "/users/delta": page({"id": "u1"}, delta=f"{API}/users/delta?$deltatoken=a"),
        }
    )
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, "sign_in_activity"))
    assert caught.value.status is LegStatus.NOT_LICENSED
    assert read(leg_of(legs, "users"))[0].values("id") == ["u1"]


def test_sign_in_activity_refused_falsely_is_read_at_the_next_try() -> None:
    vendor, facts = Vendor({"/users": [error(403, NO_PREMIUM), page({"id": "u1"})]}), PremiumFacts()
    facts.learn(skus(sku(AAD_PREMIUM_P1)))
    reading = MemoryReading(leg_of(legs_of(vendor), "sign_in_activity").key)
    read_licensed(client_of(vendor), SIGN_IN_ACTIVITY, reading, facts, lambda seconds: None)
    assert reading.values("id") == ["u1"]


def test_sign_in_activity_without_consent_names_both_permissions() -> None:
    vendor = Vendor({"/subscribedSkus": page(sku(AAD_PREMIUM_P1)), "/users": error(403, "Authorization_RequestDenied")})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, "sign_in_activity"))
    assert "AuditLog.Read.All together with User.Read.All" in caught.value.advice


def test_wait_between_refusals_is_the_turns_so_that_other_tenants_work_meanwhile() -> None:
    class Turn:
        def __init__(self) -> None:
            self.waits: list[float] = []

        def spend_request(self) -> None:
            pass

        def seconds_left(self) -> float | None:
            return None

        def sleep(self, seconds: float) -> None:
            self.waits.append(seconds)

    facts = PremiumFacts()
    facts.learn(skus(sku(AAD_PREMIUM_P2)))
    vendor = Vendor({ELIGIBLE: [REFUSALS[0], REFUSALS[0], page()]})
    reading = MemoryReading(leg_of(legs_of(vendor), "role_eligibility_schedule_instances").key)
    turn = Turn()
    with taking(turn):
        read_licensed(client_of(vendor), ROLE_ELIGIBILITY_SCHEDULE_INSTANCES, reading, facts)
    assert len(turn.waits) == 2
