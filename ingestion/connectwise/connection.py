"""What the settings say about ConnectWise, typed; keys are callables, opened only at the call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.http.bounds import AnswerBounds

VENDOR = "connectwise"


@dataclass(frozen=True)
class ConnectWiseConnection:
    """One ConnectWise instance.

    base_url: up to and with /apis/3.0. invoice_detail_path: its casing is not documented, so it can be set.
    tenant_id_field: caption of the one custom field that is kept of a company, blank for none.
    """

    base_url: str
    company_id: str
    public_key: Callable[[], str] = field(repr=False)
    private_key: Callable[[], str] = field(repr=False)
    client_id: str
    connection_id: str = VENDOR
    connections: int = 4
    ca_bundle: Path | None = None
    invoice_detail_path: str = "/finance/info/invoice/{id}"
    tenant_id_field: str = ""
    bounds: AnswerBounds = AnswerBounds()
