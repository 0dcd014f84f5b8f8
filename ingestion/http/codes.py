"""What a vendor's error answer may add to a message: codes from the vendors' documents, and ids that are GUIDs.

An answer can echo what it was sent, so that a word of it may be a secret; whatever is not listed here is not repeated.
Sources: https://learn.microsoft.com/en-us/graph/errors,
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes,
https://developer.connectwise.com/Best_Practices/PSA_Cloud_API_Errors, https://devx.pax8.com/docs/errors.
"""

import re

UNLISTED = "not listed"
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_PARTS = 4

_GRAPH = (
    "AadPremiumLicenseRequired AccessDenied AccessBlocked ApplicationThrottled Authentication_ExpiredToken "
    "Authentication_MSGraphPermissionMissing Authentication_RequestFromNonPremiumTenantOrB2CTenant "
    "Authorization_IdentityNotFound Authorization_RequestDenied BadGateway BadRequest CompactTokenValidationFailed "
    "CompactToken Conflict Directory_ExpiredPageToken Directory_ResultSizeLimitExceeded ErrorAccessDenied "
    "ErrorApplicationThrottled ErrorExceededConnectionCount ErrorExceededMessageLimit ErrorFolderNotFound "
    "ErrorInternalServerError ErrorInternalServerTransientError ErrorInvalidIdMalformed ErrorInvalidMailboxItemId "
    "ErrorInvalidRequest ErrorInvalidUser ErrorItemNotFound ErrorMailboxMoveInProgress ErrorMailboxStoreUnavailable "
    "ErrorNonExistentMailbox ErrorQuotaExceeded ErrorServerBusy ErrorTimeoutExpired ErrorTooManyRequests "
    "ErrorTooManyObjectsOpened Forbidden FutureError GatewayTimeout InefficientFilter InternalServerError "
    "InvalidAuthenticationToken InvalidRequest ItemNotFound MailboxConcurrency MailboxInfoStale "
    "MailboxNotEnabledForRESTAPI MailboxNotSupportedForRESTAPI MsalUiRequired NotAllowed NotFound NotImplemented "
    "NotSupported PermissionScopeNotGranted PimLicenseRequired QuotaLimitReached RequestTimeout "
    "Request_BadRequest Request_EntityTooLarge Request_ResourceNotFound Request_ThrottledPermanently "
    "Request_ThrottledTemporarily Request_UnsupportedQuery ResourceModified ResourceNotFound ServiceNotAvailable "
    "ServiceUnavailable TenantNotFound Timeout TokenExpired TokenNotFound TooManyRequests Unauthorized "
    "UnauthorizedAccess UnknownError UserNotFound activityLimitReached cannotRefresh generalException gatewayTimeout "
    "invalidRange itemNotFound resyncRequired serviceNotAvailable syncStateInvalid syncStateNotFound timeout "
    "unauthenticated unsupportedQuery"
)
_LOGIN = (
    "access_denied consent_required insufficient_claims interaction_required invalid_client invalid_grant "
    "invalid_request invalid_resource invalid_scope invalid_tenant login_required server_error "
    "temporarily_unavailable unauthorized_client unsupported_grant_type unsupported_response_type"
)
_CONNECTWISE = (
    "ConnectWiseApi InvalidObject InvalidField InvalidReference InvalidRequest InvalidParameter MissingRequiredField "
    "ObjectNotFound RecordNotFound RequiredField StringLength Security SecurityError ServerError ValidationError "
    "ObjectExists Range InvalidCondition InvalidValue UnhandledException"
)
_PAX8 = (
    "UserNotAuthenticated forbidden internal_error invalid_parameters method_not_allowed not_found service_unavailable "
    "too_many_requests unauthorized bad_request conflict unprocessable_entity"
)
_LISTED = {name.lower(): name for words in (_GRAPH, _LOGIN, _CONNECTWISE, _PAX8) for name in words.split()}


def listed_code(code: str) -> str:
    """A vendor's code, or several joined by slashes, as far as the documents list them; `not listed` for the others.

    Shape: blank where there is none; spelled as the documents do.
    """
    if not code:
        return ""
    parts = code[:600].split("/")[:_PARTS]
    return "/".join(dict.fromkeys(_LISTED.get(part.lower(), UNLISTED) for part in parts))


def shown_id(text: object) -> str:
    """A request or correlation id as a message may repeat it; blank for what is no GUID."""
    return text.lower() if isinstance(text, str) and _GUID.fullmatch(text) else ""
