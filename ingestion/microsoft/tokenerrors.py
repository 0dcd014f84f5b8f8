"""What the token endpoint's error codes mean for the operator. Source: reference microsoft-graph, section 2.3."""

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.http.codes import listed_code, shown_id
from ingestion.legs import IngestionError, LegStatus

# No code of Microsoft's is longer; a longer number is no code.
LARGEST_CODE = 99_999_999
# Worth another try after a pause: propagation after a certificate change, and the service's own trouble.
TRANSIENT_CODES = frozenset({700027, 90055, 90006, 90024, 90033, 90090, 50196})
# May be over a minute later: trouble of the wire or the service, and a certificate that is not known everywhere yet.
PASSING_CLASSES = frozenset(
    {
        "server_error", "throttled", "timeout", "unreachable", "login_busy", "certificate_refused", "cut_off",
        "too_slow",
    }
)  # fmt: skip
# Only an administrator's consent is missing; 700016 can as well be a wrong id, so it stays a failure.
_NO_CONSENT = frozenset({65001, 7000229})

_ROTATE = "Create a new client secret for the app, put its Value where the settings refer to, then run again."
_CONSENT = (
    "Let an administrator of the tenant consent: open {login_url}/{tenant_id}/adminconsent?client_id={client_id}, "
    "then run again."
)
_TENANT = "Correct tenant_id in [[microsoft.tenants]]; in a national cloud also set [microsoft] cloud."
_CLOCK = "Set this machine's clock by NTP, then run again."
_CERTIFICATE = "Upload the certificate to the app registration and compare the thumbprint; after a change wait minutes."

_BY_CODE: dict[int, tuple[str, str, str]] = {
    7000215: (
        "secret_wrong",
        "the client secret matches no active secret of the app",
        "The commonest cause is a pasted Secret ID instead of the Value. " + _ROTATE,
    ),
    7000222: ("secret_expired", "the client secret has expired", _ROTATE),
    700016: (
        "app_not_in_tenant",
        "the app is not known in this tenant: not consented there, single-tenant, wrong client_id or wrong tenant",
        _CONSENT,
    ),
    7000229: ("app_not_in_tenant", "the app has no service principal in this tenant", _CONSENT),
    7000112: ("app_disabled", "the app is disabled", "Enable the enterprise app in the tenant, then run again."),
    90002: ("tenant_not_found", "no such tenant in this cloud", _TENANT),
    90038: ("wrong_cloud", "the tenant belongs to a national cloud", _TENANT),
    900432: ("wrong_cloud", "the tenant belongs to another cloud than the app", _TENANT),
    900023: ("tenant_not_found", "the tenant id is neither a GUID nor a domain name", _TENANT),
    5000224: ("tenant_not_found", "the tenant is not available, often because it was deleted", _TENANT),
    65001: ("consent_missing", "nobody has consented to the app in this tenant", _CONSENT),
    500011: ("wrong_scope", "Graph is not known in this tenant", "Check [microsoft] cloud and graph_scope."),
    70011: ("wrong_scope", "the scope is malformed", "graph_scope must be the Graph root followed by /.default."),
    1002012: ("wrong_scope", "the scope is not one for apps", "graph_scope must end in /.default."),
    700027: ("certificate_refused", "the certificate's signature was refused", _CERTIFICATE),
    700024: ("clock_skew", "the signed request is outside its time range", _CLOCK),
    700025: ("public_client", "the app is a public client, which takes no secret", "Register a confidential client."),
    53003: ("blocked_by_policy", "Conditional Access for workload identities blocked the app", "Ask the tenant's "
            "administrator to let this app in from this machine's location."),
    530035: ("blocked_by_policy", "Conditional Access for workload identities blocked the app", "Ask the tenant's "
             "administrator to let this app in from this machine's location."),
    **{
        code: ("login_busy", "the login host was too busy, after every retry", "Nothing to mend. Run again later.")
        for code in TRANSIENT_CODES - {700027}
    },
    9001023: ("wrong_authority", "the grant is not allowed on this authority", _TENANT),
}  # fmt: skip


def token_error(
    where: str, login_url: str, tenant_id: str, answer: dict, *,
    client_id: str = "<client_id>", clock_skew_seconds: float | None = None,
) -> IngestionError:  # fmt: skip
    """The error for a refused token; `answer` is the endpoint's JSON body. Its description is not repeated.

    Shape: `error_class` names the cause; codes that we do not know are `token_refused`.
    Units: clock_skew_seconds is positive where this machine's clock is ahead of the login host's.
    """
    codes = error_codes(answer)
    error_class, meaning, advice = next(
        (_BY_CODE[code] for code in codes if code in _BY_CODE),
        ("token_refused", "the reason is not one that we know", "Look the AADSTS code up, then run again."),
    )
    if error_class == "clock_skew" and clock_skew_seconds is not None:
        side = "ahead of" if clock_skew_seconds > 0 else "behind"
        meaning += f"; this machine's clock is {abs(clock_skew_seconds):.0f} s {side} the login host's"
    told = ", ".join(f"AADSTS{code}" for code in codes) or "no code"
    trace = shown_id(answer.get("correlation_id")) or shown_id(answer.get("trace_id")) or "none"
    kind = listed_code(answer["error"]) if isinstance(answer.get("error"), str) else "no error kind"
    return IngestionError(
        f"{where}: the token endpoint refused to give a token: {meaning} ({kind}, {told}, correlation id {trace}).",
        error_class=error_class,
        advice=advice.format(login_url=login_url, tenant_id=tenant_id, client_id=client_id),
        status=LegStatus.NOT_PERMITTED if _NO_CONSENT.intersection(codes) else LegStatus.FAILED,
    )


def secret_is_id(where: str) -> IngestionError:
    """The error for a secret that looks like a Secret ID; told before any call."""
    return IngestionError(
        f"{where}: the client secret is a GUID, so it is the Secret ID; expected the secret's Value, about 40 "
        "characters. Nothing was sent.",
        error_class="secret_is_id",
        advice=_ROTATE,
    )


def error_codes(answer: Mapping[str, Any]) -> Sequence[int]:
    """The numeric AADSTS codes of a token endpoint's error body."""
    codes = answer.get("error_codes")
    if not isinstance(codes, list):
        return []
    return [code for code in codes[:10] if type(code) is int and 0 < code <= LARGEST_CODE]
