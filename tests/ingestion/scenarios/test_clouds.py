"""What a cloud or a tenant's setting does not offer is told as such, and costs nothing else."""

import pytest

from tests.ingestion.scenarios.scene import CUSTOMER, MSP, Scene, ends
from tests.ingestion.scenarios.truth import PARTNER_TABLES
from tests.ingestion.scenarios.worlds import RICH

NOT_IN_CHINA = ("authentication_methods_policy", "secure_scores", "secure_score_profiles")
GLOBAL_ONLY = ("mailbox_usage", *PARTNER_TABLES)
ALWAYS_THERE = ("users", "license_assignments", "organization", "groups", "subscribed_skus")
NOT_OFFERED = ("not_offered", "not_offered")


@pytest.mark.parametrize(
    ("cloud", "absent"),
    [("us_gov", GLOBAL_ONLY), ("china", (*GLOBAL_ONLY, *NOT_IN_CHINA))],
)
def test_sovereign_cloud_without_endpoints(scene: Scene, cloud: str, absent: tuple[str, ...]) -> None:
    scene.cloud = cloud
    scene.simulator.options(cloud=cloud)
    tables = (*ALWAYS_THERE, *GLOBAL_ONLY, *NOT_IN_CHINA)
    statuses = scene.load(MSP, RICH, tables=tables)
    assert ends(statuses) == {
        (tenant, table): NOT_OFFERED
        for tenant in (MSP, RICH)
        for table in absent
        if tenant == MSP or table not in PARTNER_TABLES
    }
    assert {statuses[MSP, table].request_count for table in absent} == {0}
    for tenant in (MSP, RICH):
        scene.assert_true(tenant, tables=[table for table in (*ALWAYS_THERE, *NOT_IN_CHINA) if table not in absent])


def test_endpoint_that_a_cloud_takes_away_is_not_offered_and_its_rows_stay(scene: Scene) -> None:
    absent = {
        "secure_scores": ("/security/secureScores", "segment"),
        "secure_score_profiles": ("/security/secureScoreControlProfiles", "not_found"),
        "authentication_methods_policy": ("/policies/authenticationMethodsPolicy", "not_implemented"),
    }
    scene.take_first_load()
    before = scene.held(RICH, absent)
    for path, form in absent.values():
        scene.fault("not_in_cloud", path=path, form=form)
    assert ends(scene.load(RICH, tables=absent)) == {(RICH, table): NOT_OFFERED for table in absent}
    assert scene.held(RICH, absent) == before


def test_endpoint_that_every_cloud_has_is_an_error_where_it_is_missing(scene: Scene) -> None:
    scene.take_first_load()
    before = scene.rows("users", CUSTOMER)
    scene.fault("not_in_cloud", path="/users/delta", form="not_found")
    assert ends(scene.load(CUSTOMER, tables=["users"]))[CUSTOMER, "users"][0] == "failed"
    assert scene.rows("users", CUSTOMER) == before


def test_concealed_names_take_nothing_and_keep_what_was_known(scene: Scene) -> None:
    scene.take_first_load()
    before = scene.rows("mailbox_usage", CUSTOMER)
    scene.simulator.options(concealed_names={CUSTOMER: True})
    statuses = scene.load(CUSTOMER, tables=["mailbox_usage"])
    assert ends(statuses) == {(CUSTOMER, "mailbox_usage"): ("not_offered", "names_concealed")}
    assert scene.rows("mailbox_usage", CUSTOMER) == before

    scene.simulator.options(concealed_names={CUSTOMER: None})
    assert ends(scene.load(CUSTOMER, tables=["mailbox_usage"])) == {}
    scene.assert_true(CUSTOMER, tables=["mailbox_usage"])
    downloads = [entry for entry in scene.simulator.log() if entry["vendor"] == "storage"]
    assert downloads and not [entry for entry in downloads if entry["has_authorization"]]
