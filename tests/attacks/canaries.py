"""Values that stand nowhere else, one for each thing about a person, and how each may look where it lies."""

from __future__ import annotations

import html
import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import md5, sha1, sha256
from typing import Final
from urllib.parse import quote, quote_plus

import zstandard

CANARIES: Final[Mapping[str, str]] = {
    "given name": "Quixzwälfina",
    "family name": "Vandenkwispelaar",
    "corrected family name": "Vandenkwispelbeek",
    "birth date": "1987-03-19",
    "national number": "87031912388",
    "employer of a sole trader": "Kwispel Zolderveen bakker",
    "corrected employer": "Kwispel Zoldermans bakker",
    "job": "quokkaverzorger derde graad",
    "corrected job": "quokkaverzorger vierde graad",
    "pay": "58473.29",
    "candidate": "Kandidaat Wolverlei kwam niet",
    "later candidate": "Kandidaat Bosbessem had griep",
    "mandate": "MAND-QX-77413",
    "payment": "+++090/9337/55493+++ QXPAY",
    "legal reference": "arrest QX tegen Zolderveen",
    "question": "Waar is het diploma van Quixzwälfina?",
    "answer": "Het diploma ligt bij tante Hortensia",
    "paper answer": "Oom Balthasar bracht het langs",
    "e-mail": "quix.vandenkwispelaar@zolderveen.example",
    "reason of a correction": "verkeerd gelezen bij Hortensia",
    "reason of a withdrawal": "terug naar Hortensia in Kerala",
    "motivation of an admission": "betaald volgens nonkel Theofiel",
    "motivation of the work part": "goed volgens nonkel Adelbert",
    "motivation of the residence part": "goed volgens nonkel Isidoor",
    "motivation of a pause": "brand bij nonkel Evarist",
    "motivation of a resumption": "geblust door nonkel Evarist",
    "motivation of a correction": "geteld door nonkel Cyriel",
    "sending undertaking": "Quokka Holding Zwaluwpore",
    "earlier employer": "Eenmanszaak Fladderak",
    "document": "inhoud over Quixzwälfina en haar gips",
    "document sent by a form": "inhoud over haar krukken",
    "name of a file": "gips-van-quix.pdf",
    "legacy family name": "Lambrekwispel",
    "legacy given name": "Élisequix",
    "legacy birth date": "23/11/1986",
    "legacy national number": "86.11.23-004.25",
    "legacy employer": "Zevensterkwispel eenmanszaak",
    "legacy job": "quokkakapster",
    "legacy pay": "4.317,93",
    "quarantined family name": "Lambrekwaak",
    "quarantined number": "86.11.23-004.26",
    "motive of a repair": "gebeld met mevrouw Lambrekwaak",
    "family name on a topic": "Lambretopik",
    "family name in a dead letter": "Lambredood",
    "text that is no message": "geen bericht van Lambrestuk",
    "refused name": "Weigerkwispel",
    "refused national number": "87031912389",
}
"""By what each is. None is a word that the service knows, or a digest of one."""

_ONCE_HASHED: Final = ("birth date", "national number", "legacy national number")
"""What has so few values that a digest without a key is as good as the value."""

_SEPARATED: Final = {"87031912388": "87.03.19-123.88", "86.11.23-004.25": "86112300425"}
"""National numbers in their other spelling."""


def forms_of(name: str) -> Iterator[bytes]:
    """What a canary looks like as it is, in other encodings and spellings, and as part of a text in Base64."""
    for text in (CANARIES[name], *(other for one, other in _SEPARATED.items() if one == CANARIES[name])):
        raw = text.encode()
        yield raw
        yield from (text.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"))
        yield from (text.encode("cp1252"), raw.hex().encode(), raw.hex().upper().encode())
        yield from (quote(text).encode(), quote_plus(text).encode(), html.escape(text).encode())
        yield from (json.dumps(text)[1:-1].encode(), text.lower().encode(), text.upper().encode())
        for encoded in (b64encode, urlsafe_b64encode):
            # Of three ways in which Base64 can cut the text, the digits that depend on nothing around it.
            yield from (
                encoded(b"\0" * before + raw)[-(-before * 4 // 3) : len(raw) * 4 // 3 - 2] for before in range(3)
            )
        if name in _ONCE_HASHED:
            for digest in (md5(raw, usedforsecurity=False), sha1(raw, usedforsecurity=False), sha256(raw)):
                yield from (digest.digest(), digest.hexdigest().encode())


FORMS: Final[Mapping[str, tuple[bytes, ...]]] = {name: tuple(dict.fromkeys(forms_of(name))) for name in CANARIES}


def found_in(place: bytes) -> set[str]:
    """The canaries that stand in these bytes, in whatever form."""
    return {name for name, forms in FORMS.items() if any(form in place for form in forms)}


def found_as_it_is(place: bytes) -> set[str]:
    """Those that stand in these bytes as they were typed: for places that are large."""
    return {name for name, text in CANARIES.items() if text.encode() in place}


def laid_open(content: bytes) -> bytes:
    """A file, with what it would be decompressed beside it where it is compressed."""
    opened = [content]
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        opened.append(zstandard.ZstdDecompressor().decompressobj().decompress(content))
    if content[:2] in (b"\x78\x9c", b"\x78\x01", b"\x78\xda"):
        opened.append(zlib.decompress(content))
    return b"\n".join(opened)
