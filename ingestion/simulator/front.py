"""From a request to its answer, for all vendors: log, faults, handler, and again for every read in a batch."""

from dataclasses import dataclass, replace

from ingestion.simulator import storage
from ingestion.simulator.connectwise import routes as connectwise
from ingestion.simulator.disturbance import CANONICAL_HOST, over_limit, refusal, spoiled
from ingestion.simulator.exchange import Request, Response
from ingestion.simulator.faults import Fault
from ingestion.simulator.graph import routes as graph
from ingestion.simulator.graph.batch import BATCH_PATH, batch_response
from ingestion.simulator.login import endpoint as login
from ingestion.simulator.login.tokens import Grant
from ingestion.simulator.pax8 import routes as pax8
from ingestion.simulator.requestlog import LogEntry
from ingestion.simulator.site import Site
from ingestion.simulator.traffic import Visit

UNIT_HEADER = "x-ms-resource-unit"  # what the request cost of the directory's budget


@dataclass(frozen=True)
class Arrival:
    """A request that was logged, with what its token grants and the faults that hit it."""

    request: Request
    grant: Grant | None
    faults: list[Fault]
    entry: LogEntry
    visit: Visit


class Front:
    """The simulator's behaviour without its sockets."""

    def __init__(self, site: Site, graph_url: str) -> None:
        self._site = site
        self._graph_url = graph_url

    def arrive(self, request: Request, in_batch: bool = False) -> Arrival:
        """Log the request and find the faults that hit it. What comes under the other host's name is let alone."""
        site = self._site
        grant = graph.grant_of(request, site) if request.vendor == "graph" else None
        tenant = grant.tenant if grant else None
        if request.vendor == "login":
            tenant = login.tenant_of(request, site)
        mailbox = graph.mailbox_of(request.path) if request.vendor == "graph" else None
        is_canonical = request.vendor == "storage" or request.host.partition(":")[0] == CANONICAL_HOST
        faults = site.faults.hits(request, tenant) if is_canonical else []
        entry = site.log.add(
            request.vendor,
            request.method,
            request.host,
            request.path,
            request.query,
            "authorization" in request.headers,
            tenant,
            mailbox,
            in_batch,
        )
        entry.faults.extend(fault.kind.name for fault in faults)
        visit = site.traffic.enter(
            request.vendor,
            request.host,
            request.path,
            request.query,
            tenant,
            mailbox,
            in_batch,
            lambda: len(site.snapshot().tenants[tenant].collections["users"]) if tenant else 0,
        )
        if any(fault.kind.name == "token_expires" for fault in faults):
            site.tokens.revoke(request.headers.get("authorization", ""))
        return Arrival(request, grant, faults, entry, visit)

    def leave(self, arrival: Arrival) -> None:
        """The request is answered, or its connection is gone."""
        self._site.traffic.leave(arrival.visit)

    def answer(self, arrival: Arrival) -> Response:
        """The answer, with the faults in it; the log entry gets its status."""
        request, faults = arrival.request, arrival.faults
        response = refusal(request, faults, self._site.now()) if faults else None
        if response is None and arrival.visit.refusal is not None:
            response = over_limit(request, arrival.visit.refusal)
        if response is None:
            response = self._vendor_answer(arrival)
        if faults:
            response = spoiled(request, response, faults)
        arrival.entry.status = response.status
        units = arrival.visit.units
        return replace(response, headers={**response.headers, UNIT_HEADER: str(units)}) if units else response

    def _vendor_answer(self, arrival: Arrival) -> Response:
        request, site, faults = arrival.request, self._site, arrival.faults
        if request.vendor == "login":
            return login.answer(request, site, faults, self._graph_url)
        if request.vendor == "connectwise":
            return connectwise.answer(request, site)
        if request.vendor == "pax8":
            return pax8.answer(request, site)
        if request.vendor == "storage":
            return storage.answer(request, site)
        if request.path == BATCH_PATH and request.method == "POST" and arrival.grant is not None:
            return batch_response(request, lambda inner: self.answer(self.arrive(inner, in_batch=True)))
        return graph.answer(request, site, arrival.grant, faults)
