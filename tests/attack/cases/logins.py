"""What the login hosts answer: tokens that are none, errors that echo, metadata that leads elsewhere."""

import json
from collections.abc import Callable
from typing import Any

from tests.attack.case import GOOD, OPENID, PAX8_TOKEN, TOKEN, Ask, Case
from tests.attack.wire import Reply, of

NONE = ("login_unusable",)
REFUSED = ("token_refused",)
LOST = ("tenant_not_found",)


def _token(**values: Any) -> Callable[[Ask], Reply]:
    """The honest token with these values; `§` in a text stands for the canary."""

    def answer(ask: Ask) -> Reply:
        body = {**json.loads(ask.good.body), **values}
        return of(json.loads(json.dumps(body, ensure_ascii=False).replace("§", ask.canary)))

    return answer


def _error(status: int = 400, **values: Any) -> Callable[[Ask], Reply]:
    def answer(ask: Ask) -> Reply:
        return of(json.loads(json.dumps(values, ensure_ascii=False).replace("§", ask.canary)), status=status)

    return answer


def _echo(ask: Ask) -> Reply:
    """What was sent, the secret in it, in every word of an error."""
    sent = ask.body.decode("latin-1")
    return of(
        {name: sent for name in ("error", "error_description", "correlation_id", "trace_id", "suberror")}, status=401
    )


def _echo_code(ask: Ask) -> Reply:
    secret = f"canary-{ask.number:04d}-secret"
    return of({"error": secret, "error_codes": [7000215], "correlation_id": secret, "trace_id": secret}, status=401)


def _echo_pax8(ask: Ask) -> Reply:
    secret = f"canary-{ask.number:04d}-secret"
    return of({"type": secret, "error": secret, "message": ask.body.decode("latin-1")}, status=401)


def _metadata(**values: Any) -> Callable[[Ask], Reply]:
    def answer(ask: Ask) -> Reply:
        return of({**json.loads(ask.good.body), **{name: _filled(value, ask) for name, value in values.items()}})

    return answer


def _filled(value: Any, ask: Ask) -> Any:
    return value(ask) if callable(value) else value


def _elsewhere(ask: Ask) -> str:
    return f"{ask.foreign}/c{ask.number:04d}/0a77ac00-0000-4000-8000-0000000{ask.number:04d}0/oauth2/v2.0/token"


# What a token's answer may hold in the place of a token; none of it can be sent in a header.
NO_TOKENS: dict[str, Any] = {
    "a line break and a header": "§\r\nX-Evil: 1", "a NUL": "§\x00", "letters beyond ASCII": "t\u00f6ken§",
    "an emoji": "\U0001f600§", "a blank": "", "blanks": "a b§", "a number": 17, "null": None, "a list": ["§"],
    "an object": {"token": "§"}, "a flag": True, "30,000 letters": "§" + "a" * 30_000, "escapes": "\x1b[31m§",
    "quotes": '"§"', "a comma": "§,§",
}  # fmt: skip
LIVES: dict[str, Any] = {
    "none at all": 0, "below none": -1, "a power of two": "\u00b2", "a fraction": 1.5, "infinity": float("inf"),
    "a word": "soon", "null": None, "a list": [3600], "10^30": 10**30, "a flag": True, "Arabic digits": "\u0663",
}  # fmt: skip
CODES: dict[str, Any] = {
    "a number of 30 digits": [10**30], "below none": [-1], "a fraction": [7000215.5], "texts": ["7000215§"],
    "a flag": [True], "an object": {"code": "§"}, "a text": "§", "null": None, "ten thousand": [7000215] * 10_000,
    "nested": [[[7000215]]],
}  # fmt: skip

CASES = [
    *(Case(f"token: {name}", TOKEN, _token(access_token=value), NONE) for name, value in NO_TOKENS.items()),
    *(Case(f"token: {name}", PAX8_TOKEN, _token(access_token=value), REFUSED) for name, value in NO_TOKENS.items()),
    *(Case(f"life: {name}", TOKEN, _token(expires_in=value), (GOOD, *NONE), 9) for name, value in LIVES.items()),
    *(
        Case(f"life: {name}", PAX8_TOKEN, _token(expires_in=value), (GOOD, *REFUSED), 2)
        for name, value in LIVES.items()
    ),
    *(
        Case(
            f"codes: {name}",
            TOKEN,
            _error(error="invalid_client", error_codes=value),
            ("token_refused", "secret_wrong"),
            1,
        )
        for name, value in CODES.items()
    ),
    Case(
        "a token beside canaries",
        TOKEN,
        _token(refresh_token="§", id_token="§", client_info="§", scope="§", foci="§"),
        (GOOD,),
        2,
    ),
    Case("a token of another type", TOKEN, _token(token_type="pop§"), (GOOD, *NONE), 2),
    Case("a client_info that is no base64", TOKEN, _token(client_info="!!!§", id_token="a.b.c§"), (GOOD, *NONE), 2),
    Case("an error under status 200", TOKEN, _error(200, error="invalid_client", error_description="§"), NONE),
    Case("a token and an error at once", TOKEN, _token(error="§", error_description="§"), (GOOD, *NONE), 2),
    Case("the request echoed in every word", TOKEN, _echo, ("token_refused",)),
    Case("the secret echoed as a code", TOKEN, _echo_code, ("secret_wrong",)),
    Case("the request echoed in every word", PAX8_TOKEN, _echo_pax8, ("secret_wrong",)),
    Case(
        "the request echoed under 500", PAX8_TOKEN, lambda ask: _echo_pax8(ask).plus(status=500), ("server_error",), 3
    ),
    Case("the request echoed under 200", PAX8_TOKEN, lambda ask: _echo_pax8(ask).plus(status=200), REFUSED),
    Case("the request echoed as text", TOKEN, lambda ask: Reply(ask.body, 400, "Bad", content_type="text/plain"), NONE),
    Case("the request echoed as text under 200", TOKEN, lambda ask: Reply(ask.body, content_type="text/plain"), NONE),
    Case(
        "the token in HTML", TOKEN, lambda ask: Reply(b"<p>" + ask.good.body + b"</p>", content_type="text/html"), NONE
    ),
    Case("the token within an array", TOKEN, lambda ask: Reply(b"[" + ask.good.body + b"]"), NONE),
    Case("the token as one text", TOKEN, lambda ask: of(ask.good.body.decode()), ("cut_off", *NONE), 5),
    Case(
        "the token twice, once a canary with a break",
        TOKEN,
        lambda ask: Reply(b'{"access_token": "a\\r\\nb", ' + ask.good.body[1:]),
        (GOOD, *NONE),
        2,
    ),
    Case("an error that is an object", TOKEN, _error(error={"code": "§", "message": "§"}), ("token_refused", *NONE)),
    Case("an error that is a number", TOKEN, _error(error=17, error_description=["§"]), ("token_refused", *NONE)),
    Case("an error of 900 kB", TOKEN, _error(error="§" * 40_000), ("token_refused", *NONE)),
    Case(
        "an error with ids that are escapes",
        TOKEN,
        _error(error="invalid_grant", correlation_id="\x1b[31m§", trace_id="\u202e§"),
        ("token_refused",),
    ),
    Case(
        "claims that are asked for again",
        TOKEN,
        _error(error="interaction_required", claims='{"access_token": "§"}', suberror="§"),
        ("token_refused", *NONE),
    ),
    Case(
        "a description with a known code only",
        TOKEN,
        _error(error="invalid_client", error_description="AADSTS7000222: §"),
        ("token_refused", "secret_expired"),
    ),
    Case("metadata: tokens from another host", OPENID, _metadata(token_endpoint=_elsewhere), (GOOD,)),
    Case(
        "metadata: everything from another host",
        OPENID,
        _metadata(token_endpoint=_elsewhere, issuer=_elsewhere, authorization_endpoint=_elsewhere, jwks_uri=_elsewhere),
        (GOOD,),
    ),
    Case(
        "metadata: an issuer without a tenant",
        OPENID,
        _metadata(issuer="https://x.test/common/v2.0", token_endpoint="x"),
        LOST,
    ),
    Case("metadata: an issuer that is a list", OPENID, _metadata(issuer=["x"], token_endpoint={"x": 1}), LOST),
    Case("metadata: an issuer of 900 kB", OPENID, _metadata(issuer="0" * 900_000, token_endpoint=""), LOST),
    Case(
        "metadata: a tenant in escapes",
        OPENID,
        _metadata(issuer=lambda ask: f"\x1b[31m{ask.canary}", token_endpoint=""),
        LOST,
    ),
    Case(
        "metadata: a tenant that others have",
        OPENID,
        _metadata(issuer="https://x/0a77ac00-0000-4000-8000-000000000000/v2.0"),
        ("tenant_twice", "tenant_not_found"),
    ),
    Case(
        "metadata: an error of canaries",
        OPENID,
        _error(error="§", error_description="§", error_codes=[90002], correlation_id="§"),
        LOST,
    ),
    Case("metadata: 404 without words", OPENID, lambda ask: Reply(b"", 404, "Not Found"), ("not_found",)),
    Case("metadata: HTML", OPENID, lambda ask: Reply(b"<html></html>", content_type="text/html"), LOST),
    Case("metadata: brackets without end", OPENID, lambda ask: Reply(b"[" * 200_000, content_type="text/plain"), LOST),
    Case(
        "metadata: an object of 60,000 levels",
        OPENID,
        lambda ask: Reply(b'{"issuer":' * 60_000 + b"1" + b"}" * 60_000),
        LOST,
    ),
    Case("metadata: 2 MB", OPENID, lambda ask: Reply(b'{"issuer": "' + b"a" * 2_000_000 + b'"}'), ("too_large", *LOST)),
    Case("metadata: an array", OPENID, lambda ask: Reply(b"[" + ask.good.body + b"]"), LOST),
    Case("metadata: null", OPENID, lambda ask: Reply(b"null", content_type="text/plain"), LOST),
    Case("metadata: bytes that are no UTF-8", OPENID, lambda ask: Reply(b'{"issuer": "\xff\xfe"}'), LOST),
    Case("metadata: UTF-16", OPENID, lambda ask: Reply(ask.good.body.decode().encode("utf-16")), (GOOD, *LOST)),
    Case("metadata: a number of 10,000 digits", OPENID, lambda ask: Reply(b'{"issuer": ' + b"9" * 10_000 + b"}"), LOST),
    Case("metadata: cookies", OPENID, lambda ask: ask.good.plus(("Set-Cookie", f"x={ask.canary}")), (GOOD,)),
    Case(
        "metadata: 401 that asks for our secret",
        OPENID,
        lambda ask: Reply(b"{}", 401, "No", (("WWW-Authenticate", "Basic"),)),
        ("unauthorized",),
    ),
]
