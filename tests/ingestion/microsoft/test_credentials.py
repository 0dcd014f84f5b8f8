"""Secrets and certificates: names and dates of them, of applications and service principals, never a value."""

from tests.ingestion.microsoft.vendor import API, Vendor, legs_of, page
from tests.ingestion.readings import leg_of, read

SECRET = {
    "keyId": "k1", "displayName": "build", "hint": "abc", "secretText": None, "customKeyIdentifier": None,
    "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2026-12-31T00:00:00Z",
}  # fmt: skip
KEY = {
    "keyId": "k2", "displayName": "CN=x", "type": "AsymmetricX509Cert", "usage": "Verify", "key": "TUlJQ2FuYXJ5",
    "customKeyIdentifier": "dGh1bWI=", "startDateTime": None, "endDateTime": "2027-01-01T00:00:00.1234567Z",
}  # fmt: skip


def test_credentials_of_both_owners_carry_dates_and_no_value() -> None:
    application = {"id": "a1", "passwordCredentials": [SECRET], "keyCredentials": [KEY]}
    principal = {"id": "s1", "passwordCredentials": [], "keyCredentials": [{**KEY, "usage": "Sign", "keyId": None}]}
    vendor = Vendor({"/applications": page(application), "/servicePrincipals": page(principal)})
    reading, end = read(leg_of(legs_of(vendor), "credentials"))
    rows = reading.table().to_pylist()
    found = [tuple(row[name] for name in ("owner_kind", "owner_id", "credential_kind", "key_id")) for row in rows]
    assert found == [
        ("application", "a1", "secret", "k1"),
        ("application", "a1", "certificate", "k2"),
        ("service_principal", "s1", "certificate", "none"),
    ]
    assert [row["usage"] for row in rows] == [None, "Verify", "Sign"]
    assert rows[1]["end_date_time"].isoformat() == "2027-01-01T00:00:00.123456+00:00"
    assert "TUlJQ2FuYXJ5" not in str(rows) and "abc" not in str(rows)
    assert [scope.mode for scope in end.scopes["credentials"]] == ["full"]
    assert reading.stats.forbidden_dropped == 3
    selected = {"$select": "id,passwordCredentials,keyCredentials", "$top": "999"}
    assert vendor.queries()[-2:] == [selected, selected]


def test_credentials_follow_the_pages_of_both_lists() -> None:
    owners = [{"id": f"a{number}", "passwordCredentials": [SECRET], "keyCredentials": []} for number in range(2)]
    vendor = Vendor(
        {
            "/applications": [page(owners[0], link=f"{API}/applications?$skiptoken=1"), page(owners[1])],
            "/servicePrincipals": page({"id": "s1"}),
        }
    )
    reading, _ = read(leg_of(legs_of(vendor), "credentials"))
    assert reading.values("owner_id") == ["a0", "a1"]
