"""The languages that Whisper knows: two or three letters, and the English name that OpenAI's API answers with.

Knows: ISO 639 codes in Whisper's order and naming. Does not know: any recognizer.
"""

from __future__ import annotations

from collections.abc import Mapping

_TABLE = """
en english zh chinese de german es spanish ru russian ko korean fr french ja japanese pt portuguese tr turkish pl polish
ca catalan nl dutch ar arabic sv swedish it italian id indonesian hi hindi fi finnish vi vietnamese he hebrew
uk ukrainian el greek ms malay cs czech ro romanian da danish hu hungarian ta tamil no norwegian th thai ur urdu
hr croatian bg bulgarian lt lithuanian la latin mi maori ml malayalam cy welsh sk slovak te telugu fa persian lv latvian
bn bengali sr serbian az azerbaijani sl slovenian kn kannada et estonian mk macedonian br breton eu basque is icelandic
hy armenian ne nepali mn mongolian bs bosnian kk kazakh sq albanian sw swahili gl galician mr marathi pa punjabi
si sinhala km khmer sn shona yo yoruba so somali af afrikaans oc occitan ka georgian be belarusian tg tajik sd sindhi
gu gujarati am amharic yi yiddish lo lao uz uzbek fo faroese ht haitian_creole ps pashto tk turkmen nn nynorsk
mt maltese sa sanskrit lb luxembourgish my myanmar bo tibetan tl tagalog mg malagasy as assamese tt tatar haw hawaiian
ln lingala ha hausa ba bashkir jw javanese su sundanese yue cantonese
"""


def _names() -> dict[str, str]:
    words = _TABLE.split()
    return {code: name.replace("_", " ") for code, name in zip(words[::2], words[1::2], strict=True)}


NAMES: Mapping[str, str] = _names()
"""English name by code."""


def code_of(word: str) -> str | None:
    """The code of a code or an English name, whatever its case; ``en-US`` is ``en``. None for anything else."""
    text = word.strip().lower()
    if text in NAMES:
        return text
    named = next((code for code, name in NAMES.items() if name == text), None)
    short = text.replace("_", "-").partition("-")
    return named or (short[0] if short[1] and short[0] in NAMES else None)
