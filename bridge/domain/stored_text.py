"""What strangers wrote, as the books can keep it: whole characters, no end of text in the middle, so long at most."""


def storable(text: str, longest: int) -> str:
    """The text without halves of characters and zero bytes, cut to `longest` characters."""
    return text[:longest].encode("utf-8", "replace").decode().replace("\0", "")
