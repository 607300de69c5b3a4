"""How subjects and names that are not plain ASCII are written into a mail's header: as encoded words (RFC 2047).

Believes: where the library folds such a line after it has encoded it, spaces between two words get lost or come in.
So the text is cut into encoded words first, spaces and all, and lines are broken between those.
"""

from email.header import Header
from email.headerregistry import AddressHeader, UnstructuredHeader
from email.policy import EmailPolicy


class WordForWord(EmailPolicy):
    """A policy for mails that are sent: what a header says arrives as it was."""

    def fold(self, name: str, value: str) -> str:
        return self._encoded(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        encoded = self._encoded(name, value)
        return encoded.encode("ascii") if encoded else super().fold_binary(name, value)

    def _encoded(self, name: str, value: str) -> str:
        """The whole header; empty for one that the library writes well."""
        if value.isascii():
            return ""
        match value:
            case AddressHeader(addresses=(one,)) if one.addr_spec.isascii():
                words = self._words(name, one.display_name)
                last = len(words.rpartition(self.linesep)[2]) or len(f"{name}: ")
                gap = " " if last + len(one.addr_spec) + 3 <= 76 else f"{self.linesep} "
                return f"{name}: {words}{gap}<{one.addr_spec}>{self.linesep}"
            case UnstructuredHeader():
                return f"{name}: {self._words(name, value)}{self.linesep}"
            case _:
                return ""

    def _words(self, name: str, text: str) -> str:
        return Header(text, "utf-8", header_name=name).encode(linesep=self.linesep)


ON_THE_WIRE = WordForWord(linesep="\r\n")
