"""Access tokens that only this simulator accepts: shaped like the vendor's, signed by nobody."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from ingestion.simulator.encoding import encode

TOKEN_LIFE_SECONDS = 3_599
PAX8_TOKEN_LIFE_SECONDS = 86_400


@dataclass(frozen=True)
class Grant:
    """What a token stands for. Graph tokens name their tenant; Pax8's have none."""

    vendor: str
    tenant: str | None
    roles: tuple[str, ...]
    expires_at: float


class TokenBook:
    """All tokens that were issued and have not been forgotten."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._grants: dict[str, Grant] = {}
        self.life_seconds = TOKEN_LIFE_SECONDS

    def issue_graph(self, tenant: str, client_id: str, audience: str, roles: tuple[str, ...]) -> str:
        """A new Graph token: a JWT whose payload tells tenant, application and roles.

        Shape: `roles` is absent when nothing was consented, as at the vendor.
        """
        now = int(self._now())
        payload = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + self.life_seconds,
            "app_displayname": "Tenantry simulator",
            "appid": client_id,
            "idtyp": "app",
            "tid": tenant,
            "uti": uuid4().hex,
            "ver": "1.0",
        }
        if roles:
            payload["roles"] = list(roles)
        header = {"typ": "JWT", "alg": "RS256", "kid": "simulator"}
        token = ".".join((_segment(encode(header)), _segment(encode(payload)), _segment(uuid4().bytes)))
        self._grants[token] = Grant("graph", tenant, roles, now + self.life_seconds)
        return token

    def issue_pax8(self) -> str:
        """A new opaque Pax8 token."""
        token = f"pax8-simulator-{uuid4().hex}"
        self._grants[token] = Grant("pax8", None, (), self._now() + PAX8_TOKEN_LIFE_SECONDS)
        return token

    def revoke(self, authorization: str) -> None:
        """Make the token in the header worth nothing from now on."""
        self._grants.pop(authorization.partition(" ")[2], None)

    def grant(self, vendor: str, authorization: str) -> Grant | None:
        """What the Authorization header grants at that vendor now, or None."""
        scheme, _, token = authorization.partition(" ")
        grant = self._grants.get(token) if scheme.lower() == "bearer" else None
        if grant is None or grant.vendor != vendor or grant.expires_at <= self._now():
            return None
        return grant


def _segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
