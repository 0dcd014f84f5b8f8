"""What the settings say about Pax8, typed; the secret is a callable, opened only at the token call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.http.bounds import AnswerBounds

VENDOR = "pax8"


@dataclass(frozen=True)
class Pax8Connection:
    """One Pax8 partner account. base_url ends in /v1."""

    base_url: str
    token_url: str
    client_id: str
    client_secret: Callable[[], str] = field(repr=False)
    connection_id: str = VENDOR
    audience: str = "https://api.pax8.com"
    connections: int = 4
    ca_bundle: Path | None = None
    bounds: AnswerBounds = AnswerBounds()
