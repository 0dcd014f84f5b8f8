"""Reads secrets and certificates of applications and service principals: names and dates, never a value.

Graph applications, servicePrincipals → raw_microsoft.credentials; key bytes are dropped by the projection.
"""

from dataclasses import replace

import pyarrow as pa

from ingestion.completeness import ListTally
from ingestion.legs import LegEnd, LegReading
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.directory import contract_of, list_pages, whole
from ingestion.microsoft.endpoints import (
    APPLICATION_CREDENTIALS,
    APPLICATIONS,
    SERVICE_PRINCIPAL_CREDENTIALS,
)
from ingestion.projection.envelope import Child

_OWNERS = ((APPLICATION_CREDENTIALS, "application"), (SERVICE_PRINCIPAL_CREDENTIALS, "service_principal"))
_KINDS = {"passwordCredentials": "secret", "keyCredentials": "certificate"}
# Graph may leave a key without an id; there it is the only one of its owner that we can tell.
_WITHOUT_ID = "none"


def read_credentials(client: GraphClient, reading: LegReading) -> LegEnd:
    """Every credential of every application and service principal of the tenant.

    Shape: (owner_kind, owner_id, credential_kind, key_id) is unique. Errors: as GraphClient.pages.
    """
    keys = contract_of(APPLICATION_CREDENTIALS)
    # Of the owner itself only the id is taken.
    owners = replace(contract_of(APPLICATIONS), columns=(contract_of(APPLICATIONS).column("id"),))
    children = tuple(Child(field, keys, "owner_id", (("key_id", _WITHOUT_ID),)) for field in _KINDS)
    tallies = []
    for endpoint, owner_kind in _OWNERS:
        tallies.append(tally := ListTally())
        for page in list_pages(client, endpoint, reading, owners, children, tally=tally):
            for field, kind in _KINDS.items():
                rows = page.children[field].table
                for name, value in (("owner_kind", owner_kind), ("credential_kind", kind)):
                    rows = rows.append_column(name, pa.array([value] * rows.num_rows, pa.string()))
                reading.write(rows)
    return whole(APPLICATION_CREDENTIALS, *tallies)
