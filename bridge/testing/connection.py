"""How a test reaches a database: nothing here is a secret, the databases are gone when the tests end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ConnectionParameters:
    """How to reach one database as one user: by `socket` if there is one, else by `host` and `port`."""

    user: str
    password: str = ""
    database: str | None = None
    socket: Path | None = None
    host: str = "127.0.0.1"
    port: int = 3306

    def for_driver(self, **more: Any) -> dict[str, Any]:
        """Keyword arguments that aiomysql.connect takes; further ones are added as given."""
        where: dict[str, Any] = (
            {"unix_socket": str(self.socket)} if self.socket else {"host": self.host, "port": self.port}
        )
        return {
            **where,
            "user": self.user,
            "password": self.password,
            "db": self.database,
            "charset": "utf8mb4",
            "autocommit": True,
            **more,
        }
