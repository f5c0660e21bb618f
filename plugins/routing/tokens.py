"""How many tokens a text is, roughly and cheaply, for any model.

Knows: lengths. Does not know: a tokenizer; a real count differs by a quarter for prose and more for code or
rare scripts.
"""

from __future__ import annotations

PER_MESSAGE = 4
"""What a chat template adds to each message."""

PER_IMAGE = 800
PER_AUDIO = 1000
PER_FILE = 1500
"""Flat estimates: what content costs that is not counted here. Models differ (an image is 85 to 1,600
tokens)."""


class NotTextError(ValueError):
    """A string that no upstream could be sent. ``args[0]`` says why."""


def checked_length(text: str) -> int:
    """Quarter-tokens of ``text``: 1 a character, and more for those that are not ASCII. O(n) with a tiny
    constant.

    English prose is about four characters a token. Beyond ASCII a byte of UTF-8 past a character's first
    counts 1.3 quarters: about 2 characters a token for Cyrillic, 1 for Chinese, as common tokenizers give.
    Raises NotTextError for a NUL character or a lone surrogate.
    """
    if "\0" in text:
        raise NotTextError("contains a NUL character")
    length = len(text)
    if text.isascii():
        return length
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise NotTextError("contains half of a surrogate pair, which is not valid Unicode") from error
    return length + (size - length) * 4 // 3


def tokens_of(quarters: int) -> int:
    """Tokens from a sum of ``checked_length``, rounded up."""
    return (quarters + 3) // 4
