"""Letters in other shapes: small capitals, upside down, in circles and squares, in Braille, with marks through them."""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase

_LOOKS: dict[str, str] = {
    "small capitals": "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ",
    "upside down": "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz",
    "Braille": "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵",
}
_SQUARES_AND_FLAGS = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)  # rows of twenty-six capitals
_PLAIN = {ord(look): letter for looks in _LOOKS.values() for look, letter in zip(looks, ascii_lowercase, strict=True)}
_PLAIN = {look: letter for look, letter in _PLAIN.items() if look > 0x7F}
_PLAIN |= {row + at: letter for row in _SQUARES_AND_FLAGS for at, letter in enumerate(ascii_lowercase)}
_PLAIN |= {ord(look): letter for look, letter in zip("ғɥıןᵷꞁʞ", "fhilgik", strict=True)}
_PLAIN |= {0x2800: " "}  # a blank in Braille

_IN_OTHER_SHAPE = re.compile(
    "[\u0180-\u02af\u0300-\u036f\u180e\u1d00-\u1dbf\u2070-\u209c\u2460-\u24ff\u2800-\u28ff\ua730\ua731\ufe00-\ufe0f"
    "\uff21-\uff5a\U0001d400-\U0001d7ff\U0001f130-\U0001f189\U0001f1e6-\U0001f1ff]"
)
_MARKS = re.compile("[\u0300-\u036f\u180e\ufe00-\ufe0f]")
_TURNED = re.compile("[ɐɔǝɟƃɥᴉıɾʞɯɹʇʌʍʎ]")
_TURNED_LETTERS = str.maketrans("bdnpqu", "qpudbn")  # those that are others when they are turned
_FEWEST = 6


def in_plain_letters(text: str) -> str | None:
    """A text with plain letters for those in other shapes, read from its end where it is turned; None where few are."""
    if text.isascii() or len(_IN_OTHER_SHAPE.findall(text)) < _FEWEST:
        return None
    if len(_TURNED.findall(text)) >= _FEWEST:
        text = text[::-1].translate(_TURNED_LETTERS)
    return unicodedata.normalize("NFKC", _MARKS.sub("", text.translate(_PLAIN)))
