"""Sovereign clouds and the partner's own tables: what is not there is an outcome with its reason."""

import json

import pytest

from ingestion.legs import IngestionError, LegStatus
from tests.ingestion.microsoft.vendor import TENANT, Vendor, connection_of, error, legs_of, page
from tests.ingestion.readings import leg_of, read
from tests.ingestion.transport import Answer

METHODS = "/policies/authenticationMethodsPolicy"
RELATIONSHIPS = "/tenantRelationships/delegatedAdminRelationships"
PARTNER_TABLES = {"delegated_admin_relationships", "delegated_admin_customers"}
NO_SEGMENT = error(400, "BadRequest", "Resource not found for the segment 'x'.")


@pytest.mark.parametrize(
    ("cloud", "tables"),
    [
        ("china", {"authentication_methods_policy", "secure_scores", "secure_score_profiles", "mailbox_usage"}),
        ("us_gov_dod", {"mailbox_usage"}),
    ],
)
def test_table_that_a_cloud_does_not_have_is_not_offered_and_nothing_is_asked(cloud: str, tables: set[str]) -> None:
    vendor = Vendor()
    legs = legs_of(vendor, connection_of(cloud=cloud, is_msp=True))
    for table in tables | PARTNER_TABLES:
        with pytest.raises(IngestionError, match=f"{table}, tenant {TENANT}.*{cloud}") as caught:
            read(leg_of(legs, table))
        assert (caught.value.status, caught.value.error_class) == (LegStatus.NOT_OFFERED, "not_offered")
    assert vendor.sent == []


@pytest.mark.parametrize("answer", [NO_SEGMENT, error(404, "ResourceNotFound"), error(501, "NotImplemented")])
@pytest.mark.parametrize(
    ("table", "path"), [("authentication_methods_policy", METHODS), ("secure_scores", "/security/secureScores")]
)
def test_table_that_graph_does_not_know_is_not_offered(table: str, path: str, answer: Answer) -> None:
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(Vendor({path: answer})), table))
    assert caught.value.status is LegStatus.NOT_OFFERED


def test_partner_tables_are_read_in_the_msps_own_tenant_only() -> None:
    assert not PARTNER_TABLES & {leg.key.table for leg in legs_of(Vendor())}
    row = {
        "id": "r1", "displayName": "GDAP", "status": "active", "customer": None,
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": "x"}]},
    }  # fmt: skip
    vendor = Vendor({RELATIONSHIPS: page(row, {**row, "id": "r2", "customer": {"tenantId": "t2"}})})
    reading, _ = read(leg_of(legs_of(vendor, connection_of(is_msp=True)), "delegated_admin_relationships"))
    assert reading.values("customer_tenant_id") == [None, "t2"]
    assert json.loads(reading.values("roles")[0]) == [{"roleDefinitionId": "x"}]
    assert vendor.queries()[-1]["$top"] == "300"


def test_authentication_methods_policy_is_one_row_with_its_methods() -> None:
    policy = {
        "id": "authenticationMethodsPolicy", "policyMigrationState": None,
        "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {"state": "enabled"}},
        "authenticationMethodConfigurations": [
            {"@odata.type": "#x", "id": "Fido2", "state": "enabled", "includeTargets": []}
        ],
    }  # fmt: skip
    reading, _ = read(
        leg_of(legs_of(Vendor({METHODS: Answer(body=json.dumps(policy))})), "authentication_methods_policy")
    )
    (row,) = reading.table().to_pylist()
    assert row["registration_campaign_state"] == "enabled"
    assert json.loads(row["authentication_method_configurations"]) == [{"id": "Fido2", "state": "enabled"}]
