"""What went wrong on the wire, in words that tell a person what to do."""

from dataclasses import dataclass

from ingestion.http.codes import UNLISTED, listed_code, shown_id
from ingestion.legs import IngestionError, LegStatus


class HttpError(IngestionError):
    """A request was refused, did not arrive, or was answered with an error.

    http_status: status of the answer, None where there was none; code: the vendor's own error code, of the listed ones.
    """

    def __init__(
        self,
        message: str,
        *,
        error_class: str,
        advice: str,
        status: LegStatus = LegStatus.FAILED,
        http_status: int | None = None,
        code: str = "",
    ) -> None:
        super().__init__(message, error_class=error_class, advice=advice, status=status)
        self.http_status = http_status
        self.code = code


@dataclass(frozen=True)
class _Kind:
    error_class: str
    words: str
    advice: str


_ANSWERS = {
    400: _Kind("bad_request", "Bad Request", "The vendor does not take this request. Report it with the request id."),
    401: _Kind("unauthorized", "Unauthorized", "Check the credentials in the settings with `tenantry doctor`."),
    403: _Kind("forbidden", "Forbidden", "Grant the missing read permission, then run again."),
    404: _Kind("not_found", "Not Found", "Check the base URL in the settings; it must be the API root of the vendor."),
    407: _Kind("proxy_refused", "Proxy Authentication Required", "Give the proxy's credentials in HTTPS_PROXY."),
    410: _Kind("gone", "Gone", "Run again with --full-refresh."),
    429: _Kind("throttled", "Too Many Requests, after every retry", "Run again later, or lower [http] connections."),
}
_SERVER = _Kind("server_error", "server error, after every retry", "The vendor has trouble. Run again later.")
_OTHER = _Kind("unexpected_status", "unexpected status", "Report it with the request id.")


def answer_error(
    where: str,
    template: str,
    http_status: int,
    *,
    code: str = "",
    request_id: str = "",
    advice: str = "",
    status: LegStatus = LegStatus.FAILED,
    error_class: str = "",
) -> HttpError:
    """The error for an answer that is not a success.

    `advice`, `status` and `error_class` replace the general ones where the vendor's client knows better.
    """
    kind = _ANSWERS.get(http_status, _SERVER if http_status >= 500 else _OTHER)
    known = listed_code(code)
    asked_as = shown_id(request_id)
    details = f", code {known}" if known else ""
    details += f", request id {asked_as}" if asked_as else ""
    return HttpError(
        f"{where}: {template} answered {http_status} {kind.words}{details}.",
        error_class=error_class or kind.error_class,
        advice=advice or kind.advice,
        status=status,
        http_status=http_status,
        # A class for what is not listed: whether to ask for less hangs on it.
        code=known if known != UNLISTED else "timeout" if "timeout" in code.lower() else "",
    )


def unreachable(where: str, host: str, reason: str, tries: int) -> HttpError:
    """No connection to the host could be made or kept."""
    return HttpError(
        f"{where}: {host} could not be reached in {tries} tries: {reason}.",
        error_class="unreachable",
        advice="Check the URL in the settings, DNS, firewall and proxy (HTTPS_PROXY) of this machine, then run again.",
    )


def cut_off(where: str, template: str, size: int, tries: int) -> HttpError:
    """A good answer that calls itself JSON does not end as JSON does, at every try."""
    return HttpError(
        f"{where}: {template} answered 200 and {size} bytes that call themselves JSON and do not end as JSON does, "
        f"{tries} tries. Nothing of it was taken.",
        error_class="cut_off",
        advice="A proxy or gateway cuts the answer, or answers in the vendor's place. Look at the way between this "
        "machine and the vendor, then run again.",
    )


def too_large(where: str, template: str, bound: int) -> HttpError:
    """The answer is larger than one answer may be."""
    return HttpError(
        f"{where}: {template} answered more than {bound // (1024 * 1024)} MB, which is the most that one answer may "
        "hold. The rest was not read, and nothing of it was taken.",
        error_class="too_large",
        advice="No page of the vendor is that large: look at what answers at that address. For a tenant whose report "
        "really is, raise [http] max_report_mb (max_page_mb for pages).",
    )


def too_slow(where: str, template: str) -> HttpError:
    """The answer began and did not end in the time that one answer may take."""
    return HttpError(
        f"{where}: {template} sent its answer so slowly that it was given up. Nothing of it was taken.",
        error_class="too_slow",
        advice="The vendor, or a proxy on the way, sends byte by byte. Run again later; on a slow line raise [http] "
        "max_answer_seconds.",
    )


def odd_encoding(where: str, template: str) -> HttpError:
    """The answer is packed in another way than it was asked for."""
    return HttpError(
        f"{where}: {template} answered in another content encoding than gzip, which is all that was asked for. It was "
        "not unpacked.",
        error_class="odd_encoding",
        advice="A proxy packs answers again, or something else than the vendor answers. Look at the way between.",
    )


def untrusted(where: str, host: str) -> HttpError:
    """The TLS certificate of the host is not trusted, or TLS could not be agreed on."""
    return HttpError(
        f"{where}: the TLS certificate of {host} is not trusted by this machine, or TLS could not be agreed on.",
        error_class="tls",
        advice="If a proxy or a test server signs with its own authority, name its CA file in [http] ca_bundle; a file "
        "that is named there must hold that authority as PEM text.",
    )


def no_ca_file(where: str) -> HttpError:
    """The file with the authorities to trust is not there."""
    return HttpError(
        f"{where}: the CA file of [http] ca_bundle, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE cannot be found or read.",
        error_class="tls",
        advice="Correct the path in the settings or in the environment variable, or take it away, then run again.",
    )


def unusable_value(where: str) -> HttpError:
    """A header or URL made of the settings' values cannot be sent; the values are not repeated."""
    return HttpError(
        f"{where}: a header or address made from the settings holds characters that HTTP cannot send.",
        error_class="unusable_setting",
        advice="Look for line breaks, blanks or placeholders in keys, client ids and secrets of this vendor.",
    )


def again(error: IngestionError) -> IngestionError:
    """The same error as a new object: several threads must not raise one."""
    return IngestionError(str(error), error_class=error.error_class, advice=error.advice, status=error.status)


def timed_out(where: str, host: str, tries: int) -> HttpError:
    """The host did not answer in time."""
    return HttpError(
        f"{where}: {host} did not answer in time, {tries} tries.",
        error_class="timeout",
        advice="The vendor or the way to it is slow. Run again later; if it stays, check proxy and firewall.",
    )


def asked_to_wait_too_long(where: str, template: str, asked: float, longest: float) -> HttpError:
    """The vendor asks for a longer wait than is left."""
    return HttpError(
        f"{where}: {template} was throttled; the vendor asks to wait {asked:.0f} s, expected at most {longest:.0f} s. "
        "It was not asked again, and the rows of the last good load are kept.",
        error_class="throttled",
        advice="Run again later. If it stays, other programs use up the vendor's limit for this app, or the run has "
        "too little time: raise [http] max_minutes.",
        http_status=429,
    )


def redirected(where: str, template: str, http_status: int, target: str) -> HttpError:
    """The answer sends us elsewhere, where our token must not go."""
    return HttpError(
        f"{where}: {template} answered {http_status}, a redirect to {target}. It was not followed.",
        error_class="redirect",
        advice="Set the vendor's base URL to the final address; redirects are followed on the same host only.",
    )


def too_many_pages(where: str, template: str, pages: int) -> HttpError:
    """A list that does not end, or repeats itself."""
    return HttpError(
        f"{where}: {template} did not end after {pages} pages, or repeated a page. Nothing of it was taken.",
        error_class="page_cap",
        advice="The vendor's paging runs in a circle, or the set is larger than we expect. Report it.",
    )
