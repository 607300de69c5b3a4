"""The signing keys a desk shares with each shop: one file a store in the state directory, readable by the owner alone.

At most two keys are valid at once. The desk signs with the active one; a new key becomes active only after its PHP file
is in the shop, because until then the shop would not believe what it signs.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.contracts.shop_rows import SigningKey
from bridge.errors import DeskError, UsageError

FOLDER = "keys"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyRing:
    """A store's valid keys, oldest first, and which of them signs."""

    store: str
    keys: tuple[SigningKey, ...] = ()
    active: str = ""

    @property
    def signing_first(self) -> tuple[SigningKey, ...]:
        """All valid keys, the one that signs first. Empty for a store that has not been paired."""
        return tuple(sorted(self.keys, key=lambda key: key.id != self.active))

    @property
    def waiting(self) -> SigningKey | None:
        """The newest key where it does not sign yet: its file is on its way to the shop, or there already."""
        return self.keys[-1] if self.keys and self.keys[-1].id != self.active else None

    def with_new_key(self, *, instead_of_waiting: bool = False) -> "KeyRing":
        """A ring with one more key; the first is active at once, of three the oldest goes.

        Raises `UsageError` where a key waits, unless the new one is meant `instead_of_waiting`: a page that signs with
        the one that waits would not be believed any more. Also where that is meant and none waits.
        """
        if self.waiting is not None and not instead_of_waiting:
            refusal = UsageError(
                f"the key {self.waiting.id} of store {self.store} waits to be activated; one more would drop it"
            )
            command = f"bridge store pair {self.store}"
            refusal.hint = f"{command} --activate once its file is in the shop; --replace if it is lost"
            raise refusal
        if self.waiting is None and instead_of_waiting:
            raise UsageError(f"no key of store {self.store} waits, so there is none to replace")
        number = max((int(key.id.removeprefix("k")) for key in self.keys), default=0) + 1
        fresh = SigningKey(f"k{number}", secrets.token_bytes(SECRET_BYTES))
        kept = [key for key in self.keys if key.id == self.active]
        return replace(self, keys=(*kept, fresh), active=self.active or fresh.id)

    def with_newest_active(self) -> "KeyRing":
        """Sign with the newest key from now on. Raises `UsageError` for a store without keys."""
        if not self.keys:
            raise UsageError(f"store {self.store} has no key yet: run bridge store pair {self.store}")
        return replace(self, active=self.keys[-1].id)

    def php(self, shop_ids: tuple[int, ...]) -> str:
        """The file that goes into the shop: PHP that returns the keys and prints nothing when requested."""
        keys = "\n".join(f"        '{key.id}' => '{key.secret.hex()}'," for key in self.keys)
        shops = ", ".join(map(str, shop_ids))
        return (
            "<?php\n"
            "// Shop Support Bridge: keys shared with the desk. Keep it secret; replace it only as a whole.\n"
            "return [\n"
            "    'version' => 1,\n"
            f"    'store' => '{self.store}',\n"
            f"    'shop_ids' => [{shops}],\n"
            "    'keys' => [\n"
            f"{keys}\n"
            "    ],\n"
            "];\n"
        )


def load_keys(state_dir: Path, store: str) -> KeyRing:
    """A store's keys; an empty ring where it has not been paired. Raises `DeskError` for a file that is not one."""
    path = _path(state_dir, store)
    if not path.exists():
        return KeyRing(store)
    try:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="ascii"))
        keys = tuple(SigningKey(key["id"], bytes.fromhex(key["secret"])) for key in document["keys"])
        return KeyRing(store, keys, document["active"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DeskError(f"{path}: is not a key file ({type(error).__name__})") from error


def save_keys(state_dir: Path, ring: KeyRing) -> Path:
    """Write a store's keys so that a crash leaves either the old file or the new one."""
    path = _path(state_dir, ring.store)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    document = {
        "active": ring.active,
        "keys": [{"id": key.id, "secret": key.secret.hex()} for key in ring.keys],
    }
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    return path


def _path(state_dir: Path, store: str) -> Path:
    return state_dir / FOLDER / f"{store}.json"
