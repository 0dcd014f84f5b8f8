"""Basic authentication with an API member's keys; there is no token and no expiry."""

import base64
from collections.abc import Mapping

from ingestion.connectwise.connection import ConnectWiseConnection


class MemberKeys:
    """Signs requests with the keys of the API member."""

    def __init__(self, connection: ConnectWiseConnection) -> None:
        self._connection = connection

    def headers(self) -> Mapping[str, str]:
        """Authorization (`company+public:private`, the plus sign literal) and the integration's clientId."""
        connection = self._connection
        user = f"{connection.company_id}+{connection.public_key()}:{connection.private_key()}"
        return {
            "Authorization": "Basic " + base64.b64encode(user.encode()).decode(),
            "clientId": connection.client_id,
        }

    def renew(self, refused: Mapping[str, str], challenge: str = "") -> bool:
        """Keys cannot be renewed: what was refused stays refused."""
        return False
