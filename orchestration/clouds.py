"""The Microsoft clouds: where each signs in and answers. Source: reference microsoft-graph, section 1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """Where one Microsoft cloud answers."""

    login_url: str
    graph_url: str
    graph_scope: str


CLOUDS = {
    "global": Cloud(
        "https://login.microsoftonline.com", "https://graph.microsoft.com", "https://graph.microsoft.com/.default"
    ),
    "us_gov": Cloud(
        "https://login.microsoftonline.us", "https://graph.microsoft.us", "https://graph.microsoft.us/.default"
    ),
    "us_gov_dod": Cloud(
        "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us/.default"
    ),
    "china": Cloud(
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn/.default",
    ),
}
