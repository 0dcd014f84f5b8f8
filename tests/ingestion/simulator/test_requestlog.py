"""The request log holds every request, with what a reviewer asks of it and nothing secret."""

from collections.abc import Callable

import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]


def test_log_holds_every_request_in_order(
    simulator: Simulator, graph: Read, connectwise: Read, pax8: Read, http: requests.Session
) -> None:
    simulator.clear_log()
    graph("/users?$top=5")
    connectwise("/finance/invoices", conditions="id=991")
    pax8("/orders")
    http.put(f"{simulator.urls['login_url']}/elsewhere")
    rows = [(row["vendor"], row["method"], row["path"], row["query"], row["status"]) for row in simulator.log()]
    assert rows == [
        ("login", "POST", "/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token", "", 200),
        ("graph", "GET", "/v1.0/users", "$top=5", 200),
        ("connectwise", "GET", "/v4_6_release/apis/3.0/finance/invoices", "conditions=id%3D991", 200),
        ("pax8", "GET", "/v1/orders", "", 404),
        ("login", "PUT", "/elsewhere", "", 404),
    ]


def test_log_says_whether_a_token_was_sent_and_never_which(
    simulator: Simulator, graph: Read, http: requests.Session
) -> None:
    graph("/domains")
    http.get(f"{simulator.urls['graph_url']}/v1.0/domains")
    rows = simulator.log()
    assert [row["has_authorization"] for row in rows if row["vendor"] == "graph"] == [True, False]
    assert "eyJ" not in str(rows)
    assert "not~a~real~secret" not in str(rows)


def test_log_names_the_tenant_of_the_token(simulator: Simulator, graph: Read, msp: str, plain: str) -> None:
    graph("/domains", tenant=plain)
    graph("/domains", tenant=msp)
    assert [row["tenant"] for row in simulator.log() if row["vendor"] == "graph"] == [plain, msp]


def test_counts_and_clearing(simulator: Simulator, graph: Read) -> None:
    graph("/domains")
    assert simulator.counts() == {"total": 2, "login": 1, "graph": 1}
    simulator.clear_log()
    assert simulator.counts() == {"total": 0}
