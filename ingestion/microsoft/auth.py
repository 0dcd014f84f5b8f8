"""Tokens: one msal client per tenant, one shared cache, each lasting failure asked for once.

tenant + credential → msal → token endpoint → Authorization header
"""

import base64
import binascii
import json
import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
import msal

from ingestion.http.backoff import RetryPolicy
from ingestion.http.client import HttpClient
from ingestion.http.errors import again
from ingestion.http.turn import wait_in_turn
from ingestion.legs import IngestionError
from ingestion.microsoft.appcertificate import certificate_credential, unusable_certificate
from ingestion.microsoft.connection import GUID, AppCredential, Tenant
from ingestion.microsoft.msalwire import MsalWire, not_a_login
from ingestion.microsoft.tokenerrors import (
    PASSING_CLASSES,
    TRANSIENT_CODES,
    error_codes,
    secret_is_id,
    token_error,
)

# msal serves its cache until five minutes before the end; asking it earlier would only search the cache again.
RENEW_EARLY_SECONDS = 300
TRANSIENT_TRIES = 3
# How long a failure that may pass is not asked for again: the legs of one tenant share one wait, a run does not end.
PASSING_FAILURE_SECONDS = 60.0
_CLAIMS = re.compile(r'\bclaims="([A-Za-z0-9+/_=-]{1,4096})"')


class TenantTokens:
    """Gives and renews the token of one tenant; safe for threads.

    A failure is remembered for the life of the object, one that may pass for PASSING_FAILURE_SECONDS: a bad secret
    costs one request, not one per table. Lives are measured by a monotonic clock, so that a machine whose time is wrong
    or is set meanwhile renews in time all the same.
    """

    def __init__(
        self,
        tenant: Tenant,
        login_url: str,
        scope: str,
        http: HttpClient,
        cache: msal.TokenCache,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = wait_in_turn,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._tenant = tenant
        self._login_url = login_url
        self._scope = scope
        self._authority = f"{login_url}/{tenant.tenant_id}"
        self._wire = MsalWire(http, self._authority, f"microsoft, tenant {tenant.tenant_id}", now)
        self._cache = cache
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._app: msal.ConfidentialClientApplication | None = None
        self._token = ""
        self._renew_at = 0.0
        self._failure: IngestionError | None = None
        self._failure_ends_at = 0.0
        self._claims: str | None = None

    @property
    def clock_skew_seconds(self) -> float | None:
        """How far this machine's clock is ahead of the login host's, None before an answer that tells its time."""
        return self._wire.clock_skew_seconds

    def headers(self) -> Mapping[str, str]:
        """The Authorization header; calls the token endpoint when there is no living token.

        Errors: IngestionError with the cause that the token endpoint's code stands for.
        """
        return {"Authorization": f"Bearer {self.token()}"}

    def renew(self, refused: Mapping[str, str], challenge: str = "") -> bool:
        """Forget a token that Graph refused, unless another thread has renewed it already.

        challenge: the answer's WWW-Authenticate header; the claims that it asks for go into the next token request.
        """
        with self._lock:
            if refused.get("Authorization") == f"Bearer {self._token}" and self._app is not None:
                self._app.remove_tokens_for_client()
                self._token = ""
                self._claims = challenged_claims(challenge)
        return True

    def token(self) -> str:
        """The access token's text."""
        with self._lock:
            if self._failure is not None and self._clock() < self._failure_ends_at:
                raise again(self._failure)
            if not self._token or self._clock() >= self._renew_at:
                try:
                    self._acquire()
                except IngestionError as error:
                    passes = error.error_class in PASSING_CLASSES
                    self._failure_ends_at = self._clock() + PASSING_FAILURE_SECONDS if passes else math.inf
                    self._failure = error
                    raise
                self._failure = None
            return self._token

    def _acquire(self) -> None:
        for tried in range(1, TRANSIENT_TRIES + 1):
            answer = self._ask()
            if "access_token" in answer:
                self._token = answer["access_token"]
                self._claims = None
                life_seconds = int(answer.get("expires_in", 0))
                # A short life is used by half: renewed five minutes early it would never be used at all.
                self._renew_at = self._clock() + max(life_seconds - RENEW_EARLY_SECONDS, life_seconds / 2)
                return
            if tried == TRANSIENT_TRIES or not TRANSIENT_CODES.intersection(error_codes(answer)):
                raise token_error(
                    self._wire.where, self._login_url, self._tenant.tenant_id, answer,
                    client_id=self._tenant.credential.client_id, clock_skew_seconds=self.clock_skew_seconds,
                )  # fmt: skip
            self._sleep(RetryPolicy().wait_seconds(tried, None, 1.0))

    def _ask(self) -> dict:
        app = self._app or self._new_app()
        self._app = app
        try:
            return app.acquire_token_for_client(scopes=[self._scope], claims_challenge=self._claims)
        except (jwt.PyJWTError, TypeError, ValueError, KeyError, RuntimeError) as error:
            # msal raises these for answers that are not its protocol, and for a key that it cannot sign with.
            answer = self._wire.refusal()
            if answer is not None:
                return answer
            if self._tenant.credential.certificate is not None and not self._wire.has_asked:
                raise unusable_certificate(self._wire.where) from error
            raise not_a_login(self._wire.where) from error

    def _new_app(self) -> msal.ConfidentialClientApplication:
        credential = _client_credential(self._tenant.credential, self._wire.where)
        try:
            return msal.ConfidentialClientApplication(
                self._tenant.credential.client_id,
                client_credential=credential,
                authority=self._authority,
                token_cache=self._cache,
                http_client=self._wire,
                # Instance discovery would ask Microsoft's public host, which a test or sovereign login is not.
                instance_discovery=False,
            )
        except (TypeError, ValueError) as error:
            # Nothing is asked of a vendor yet: only the credential can be wrong, or the login host's name.
            if self._tenant.credential.certificate is not None:
                raise unusable_certificate(self._wire.where) from error
            raise not_a_login(self._wire.where) from error


def granted_roles(token: str) -> frozenset[str] | None:
    """The application permissions in a token, read without verifying it: for diagnosis only.

    Shape: empty when nothing was consented; None when the token is not a JWT, which a client may not count on.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        return None
    if not isinstance(payload, dict):
        return None
    roles = payload.get("roles")
    return frozenset(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else frozenset()


def challenged_claims(challenge: str) -> str | None:
    """The claims, as JSON text, that a WWW-Authenticate header asks the next token to be requested with.

    Shape: None where it asks for none, or for something that is not JSON in base64 (continuous access evaluation).
    """
    found = _CLAIMS.search(challenge)
    if found is None:
        return None
    # Graph writes either of the two base64 alphabets, with and without padding.
    text = found[1].rstrip("=").replace("+", "-").replace("/", "_")
    try:
        claims = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8")
        return claims if isinstance(json.loads(claims), dict) else None
    except (ValueError, RecursionError, binascii.Error):
        return None


def _client_credential(credential: AppCredential, where: str) -> str | dict[str, Any]:
    if credential.certificate is not None:
        return certificate_credential(credential.certificate, where)
    secret = credential.secret() if credential.secret is not None else ""
    if GUID.fullmatch(secret.strip()):
        raise secret_is_id(where)
    return secret
