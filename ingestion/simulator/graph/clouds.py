"""National clouds: which resource a token may name, and what a cloud does not have."""

from ingestion.simulator.graph.errors import GraphError, unknown_segment

RESOURCES = {
    "global": "https://graph.microsoft.com",
    "us_gov": "https://graph.microsoft.us",
    "us_gov_dod": "https://dod-graph.microsoft.us",
    "china": "https://microsoftgraph.chinacloudapi.cn",
}
PARTNER_PATH = "/v1.0/tenantRelationships/"
# Their types are not in China's schema.
NOT_IN_CHINA = ("/v1.0/security/secureScore", "/v1.0/policies/authenticationMethodsPolicy", PARTNER_PATH)


def absence(cloud: str, path: str) -> GraphError | None:
    """The error of a path that the cloud does not offer, or None.

    A type that the schema lacks is an unknown segment; delegated administration is in the Gov schema, yet not served.
    """
    if cloud == "china" and path.startswith(NOT_IN_CHINA):
        return unknown_segment(path)
    if cloud in ("us_gov", "us_gov_dod") and path.startswith(PARTNER_PATH):
        return GraphError(404, "ResourceNotFound", "The resource is not available in this cloud.")
    return None
