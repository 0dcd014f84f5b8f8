"""Three hundred tenants of which seventeen fail in six ways: each for itself, and all the others whole."""

from tests.ingestion.scenarios.scene import Scene, ends
from tests.ingestion.scenarios.worlds import CROWD

# Way → how many tenants fail so, the fault, where it happens, and how their users end.
WAYS = {
    "secret expired": (3, "secret_expired", {"vendor": "login"}, ("failed", "secret_expired")),
    "tenant gone": (3, "wrong_tenant", {"vendor": "login"}, ("failed", "tenant_not_found")),
    "consent withdrawn": (3, "consent_missing", {"vendor": "microsoft"}, ("not_permitted", "permission_missing")),
    "service down": (3, "server_error", {"vendor": "graph"}, ("failed", "server_error")),
    "proxy in between": (3, "not_json", {"vendor": "graph", "path": "/users"}, ("failed", "not_json")),
    "connection cut": (2, "truncated", {"vendor": "graph", "path": "/users"}, ("failed", "unreachable")),
}
CHANGED = "00000000-0000-4000-8000-00000000feed"
TABLES = ("users", "license_assignments", "organization")


def test_seventeen_of_three_hundred_fail_and_nobody_else(scene: Scene) -> None:
    failing = _failing()
    assert (len(CROWD), len(failing), len(WAYS)) == (300, 17, 6)
    healthy = [tenant for tenant in CROWD if tenant not in failing]
    # Some are known from an earlier run, the failing ones among them; the rest is new.
    assert ends(scene.load(*failing, *healthy[::10], tables=TABLES)) == {}
    before = {tenant: scene.rows("users", tenant) for tenant in failing}
    for tenant in (*failing, *healthy[::50]):
        scene.edit(tenant, "users", CHANGED, {"userPrincipalName": "new@crowd.example", "accountEnabled": True})
    for tenant, way in failing.items():
        _, fault, where, _ = WAYS[way]
        scene.simulator.fault(fault, tenant=tenant, **where)

    statuses = scene.load(*CROWD, tables=TABLES)
    assert {tenant: end for (tenant, table), end in ends(statuses).items() if table == "users"} == {
        tenant: WAYS[way][3] for tenant, way in failing.items()
    }
    assert {tenant for tenant, _ in ends(statuses)} == set(failing)
    scene.assert_true(*healthy, tables=TABLES)
    assert {tenant: scene.rows("users", tenant) for tenant in failing} == before

    scene.simulator.clear_faults()
    statuses = scene.load(*failing, tables=["users"])
    assert ends(statuses) == {}
    assert {statuses[tenant, "users"].rows_changed for tenant in failing} == {1}
    scene.assert_true(*failing, tables=TABLES)


def _failing() -> dict[str, str]:
    """Failing tenants, spread over the crowd, with the way in which each fails."""
    ways = [way for way, (count, *_) in WAYS.items() for _ in range(count)]
    return {CROWD[3 + 17 * number]: way for number, way in enumerate(ways)}
