"""Contents of files under names that are true of them, and under names that are not."""

import io
import zipfile

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(40)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


TRUE = [
    ("shot.png", PNG, "image/png"),
    ("photo.jpg", JPEG, "image/jpeg"),
    ("photo.jpeg", b"\xff\xd8\xff\xe1\0\x18Exif\0\0" + bytes(40), "image/jpeg"),
    ("move.gif", b"GIF89a" + bytes(20), "image/gif"),
    ("shot.webp", b"RIFF\x20\0\0\0WEBPVP8 " + bytes(20), "image/webp"),
    ("bill.pdf", PDF, "application/pdf"),
    ("module.zip", zipped(file="text"), "application/zip"),
    ("empty.zip", b"PK\x05\x06" + bytes(18), "application/zip"),
    ("error.log", "[2026-11-22] ошибка\n".encode(), "text/plain"),
    ("notes.txt", b"\xef\xbb\xbfBOM", "text/plain"),
    ("bitmap.txt", b"BM is how some text begins", "text/plain"),
    ("riff.txt", b"RIFF is how some text begins", "text/plain"),
    ("escaped.log", rb"\x89PNG, written out in letters", "text/plain"),
    ("later.log", b"a line of thirty characters..\nPKLITE", "text/plain"),
    ("orders.csv", b"id;total\n1;2\n", "text/csv"),
]
"""Name, content, and the type that it is."""

FALSE = [
    ("shot.png", b"<script>alert(1)</script>"),
    ("shot.png", JPEG),
    ("shot.png", b"MZ\x90\0" + bytes(60)),
    ("bill.pdf", b"<html>%PDF-1.7"),
    ("module.zip", b"\x1f\x8b\x08\0" + bytes(30)),
    ("notes.txt", b"%PDF-1.7 in letters alone"),
    ("notes.txt", PNG),
    ("notes.txt", b"one\0two"),
    ("notes.txt", b"GIF89a in letters alone"),
    ("notes.csv", b"RIFF1234WEBP in letters alone"),
    ("notes.log", b"PK\x03\x04 and a text"),
    ("notes.txt", "текст".encode("cp1251")),
    ("notes.txt", "text".encode("utf-16")),
    ("empty.txt", b""),
    ("page.html", b"<html>"),
    ("film.webp", b"RIFF\x20\0\0\0AVI LIST" + bytes(20)),
    ("sound.webp", b"RIFF\x20\0\0\0WAVEfmt " + bytes(20)),
    ("shot.webp", b"RIFF<script>alert(1)</script>"),
    ("shot.png", rb"\x89PNG<script>alert(1)</script>"),
    ("photo.jpg", rb"\377\330\377<script>alert(1)</script>"),
    ("photo.jpg", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40)),
    ("program.zip", b"MZ" + bytes(28) + b"PKLITE" + bytes(40)),
    ("module.zip", rb"PK\003\004 and a text"),
]
"""Name and content: not what the name says, or of no type that is taken."""
