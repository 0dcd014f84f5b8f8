"""Applications and service principals, with their credentials and deltas."""

from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.delta import Change
from ingestion.simulator.graph.directory import Shape
from ingestion.simulator.graph.directory_delta import DeltaKind, plain_shape, round_of
from ingestion.simulator.graph.filters import filtered

DEFAULT_PAGE_ROWS = 100
MAXIMUM_PAGE_ROWS = 999
KEYS = "keyCredentials"


def applications(call: Call) -> dict[str, Any]:
    """`GET /applications`."""
    return _listed(call, "applications", properties.APPLICATION, "application")


def service_principals(call: Call) -> dict[str, Any]:
    """`GET /servicePrincipals`."""
    return _listed(call, "servicePrincipals", properties.SERVICE_PRINCIPAL, "servicePrincipal")


def applications_delta(call: Call) -> dict[str, Any]:
    """`GET /applications/delta`."""
    return _changed(call, APPLICATION_DELTA, properties.APPLICATION, "application")


def service_principals_delta(call: Call) -> dict[str, Any]:
    """`GET /servicePrincipals/delta`."""
    return _changed(call, PRINCIPAL_DELTA, properties.SERVICE_PRINCIPAL, "servicePrincipal")


def _listed(call: Call, collection: str, known: frozenset[str], type_name: str) -> dict[str, Any]:
    call.only("$select", "$top", "$filter", "$orderby", "$count", "$expand", "$search")
    names = call.selected(known, f"microsoft.graph.{type_name}")
    rows = filtered(call.rows(collection), call.options.get("$filter"))
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=True)
    return call.counted(call.page(rows, size, _shape(names), collection), rows)


def _changed(call: Call, kind: DeltaKind, known: frozenset[str], type_name: str) -> dict[str, Any]:
    call.only("$select", "$filter", "$deltatoken")
    call.selected(known, f"microsoft.graph.{type_name}")
    return round_of(call, kind)


def _shape(names: tuple[str, ...] | None) -> Shape:
    """The selected properties; a certificate's own bytes come only where `keyCredentials` was asked for by name."""

    def shape(row: Row) -> dict[str, Any]:
        chosen = names if names is not None else tuple(row)
        shaped: dict[str, Any] = {}
        for name in chosen:
            value = row.get(name)
            shaped[name] = [] if value is None and name in properties.APPLICATION_COLLECTIONS else value
        return shaped if names is not None else _keyless(shaped)

    return shape


def _keyless(shaped: dict[str, Any]) -> dict[str, Any]:
    if not shaped.get(KEYS):
        return shaped
    return {**shaped, KEYS: [{**key, "key": None} for key in shaped[KEYS]]}


def _delta_kind(collection: str, bin_name: str, known: frozenset[str]) -> DeltaKind:
    defaults = tuple(sorted(known))
    kind = DeltaKind(collection, bin_name, defaults, properties.APPLICATION_COLLECTIONS)

    def shape(change: Change, names: tuple[str, ...]) -> dict[str, Any]:
        shaped = plain_shape(kind)(change, names)
        # All names were chosen by us, not by the client: it did not ask for the keys.
        return _keyless(shaped) if set(names) == set(defaults) else shaped

    return DeltaKind(collection, bin_name, defaults, properties.APPLICATION_COLLECTIONS, shape=shape)


APPLICATION_DELTA = _delta_kind("applications", "deletedApplications", properties.APPLICATION)
PRINCIPAL_DELTA = _delta_kind("servicePrincipals", "deletedServicePrincipals", properties.SERVICE_PRINCIPAL)
