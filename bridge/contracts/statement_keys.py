"""The keys that sign statements about licences (Ed25519): the private part never leaves the desk's folder.

At most two are valid at once, and the older one signs: a new key is put into the extensions first, and signs from the
moment the old one is retired.
"""

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ID = re.compile(r"s[1-9][0-9]{0,8}-[0-9a-f]{8}")
MOST_KEYS = 2


@dataclass(frozen=True, slots=True)
class StatementKey:
    """One key that signs statements; `id` is what a statement calls it."""

    id: str
    private: Ed25519PrivateKey

    @classmethod
    def new(cls, number: int) -> "StatementKey":
        """A fresh key. Its id tells it from another of the same number, such as one that was lost."""
        private = Ed25519PrivateKey.generate()
        return cls(f"s{number}-{hashlib.sha256(_raw(private.public_key())).hexdigest()[:8]}", private)

    @classmethod
    def from_pem(cls, key_id: str, pem: bytes) -> "StatementKey":
        """A key as its file has it. Raises `ValueError` for what is none."""
        private = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(private, Ed25519PrivateKey) or not ID.fullmatch(key_id):
            raise ValueError("no key of Ed25519")
        return cls(key_id, private)

    @property
    def private_pem(self) -> bytes:
        """The whole key, for its file alone."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def number(self) -> int:
        """Which in the row of keys it is; the one with the lowest number signs."""
        return int(self.id[1:].partition("-")[0])

    @property
    def public_base64(self) -> str:
        """The public part as an extension has it in its code: 32 bytes in base64."""
        return base64.b64encode(_raw(self.private.public_key())).decode()

    @property
    def public_pem(self) -> str:
        """The public part as other programs read it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
