"""Words that say what is wanted, in seven languages: the same number for "summarize", "Zusammenfassung" and "résume".

Knows: beginnings of words, by kind of ask. Does not know: intents, weights. A word counts by its longest listed
beginning, so that endings, plurals and most slips at the end of a word change nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_STEMS: dict[str, str] = {
    "summarize": """
        summar sumar tldr recap condens synops gist abstract outline digest highlight headline abridg overview
        takeaway nutshell boil distill title essence zusammenfass fass überschrift kernaussage stichpunkt résum
        synthès titre resum resúm riassu riassun sintes sintet samenvat hoofdpunt kurzfass""",
    "rewrite": """
        rewrit rephras rewor reword paraphras reformul proofread polish correct grammar spelling typo punctuat
        edit revis improv simplif formal informal polite shorten concise fluent wording tone formulier verbesser
        umschreib umformul korrig höflich rechtschreib corrig correg reécri réécri améliorer amélior reescrib
        mejora rendi riscriv corregg migliora reescrev corrij melhor herschrijf verbeter beleefd formell formeel""",
    "translate": """
        translat übersetz traduc traduct tradui traduz vertal vertaal translte german french spanish italian
        portug dutch japanese chinese korean arabic russian turkish swedish hindi greek czech finnish danish
        norwegian ukrainian hungarian romanian vietnamese deutsch englisch französisch spanisch anglais allemand
        espagnol italien inglés alemán francés inglese tedesco francese spagnolo inglês alemão espanhol engels
        duits frans latin""",
    "extract": """
        extract extrah extrai extrae estrai pull grab parse fields entities entity json csv list identif find
        collect mention column key-value schema named keyword verbatim liste enthalten relève elenca lista alle""",
    "classify": """
        classif categor label sentiment spam positiv negativ neutral toxic sarcas genre belongs which whether
        true false option entail hypothesis premise topic route tag sort group rate detect determin either
        klassifiz ordne stimmung einordn classe clasific etichett classific indeel urgent priorit acceptable odd""",
    "code": """
        python javascript typescript java kotlin rust golang sql function func funktion fonction función
        funzione função functie code script class method algorithm regex bug debug compile api endpoint docker
        git commit merge branch repo html css react django flask pandas numpy array string loop variable
        exception traceback stack unit-test pytest query database bash shell terminal kubernetes yaml refactor
        implement npm pip skript programm código codice assert def import return null pointer async thread
        regexp excel formula bot server deploy migration generic lambda closure promise hook decorator datafram
        tuple dict enum struct mutex webpack eslint venv makefile cron nginx redis postgres mysql mongodb sqlite
        graphql oauth jwt cors websocket kafka spark pytorch tensorflow selenium jquery angular vue svelte
        laravel rails flutter matlab scala haskell elixir compiler linker cmake gdb vim vscode ssh sudo linux
        ubuntu kubectl terraform ansible jenkins node express fastapi spring maven gradle dotnet asp pydantic
        mock fixture lint parser json http url div flexbox selector component state props useeffect iterator
        generator recursion recursive heap queue linked hash cache thread-safe vba macro awk sed grep""",
    "math": """
        calcul comput solve equation integral derivativ fraction percent probability average mean median
        triangle circle square root prime divis multipl subtract matrix vector polynomial perimeter area volume
        angle radius berechn rechne gleichung calcol resuelve résous résoud risolvi resolva bereken prozent
        wurzel dérivée raíz radice arithmetic geometry algebra proof prove theorem modulo remainder factor log""",
    "amount": """
        many much total altogether each twice half third quarter double triple per cost price pay paid earn
        spend spent dollar cents euro left remain fewer times older younger hours minutes days weeks miles km
        meters pounds kilogram liters gallons feet inches ratio combined wieviel wieviele viele combien cuánto
        cuánta quanti quanto hoeveel kosten kostet reste""",
    "reason": """
        why reason logic puzzle riddle deduc infer conclu argument assum weigh trade-off tradeoff pros cons
        advantage disadvantage strateg plan decide decision recommend evaluat assess analy compar consequence
        cause effect risk scenario critique flaw step-by-step valid follow liar truth knight tallest shortest
        sits between weaken strengthen wäge begründ schlussfolg strategie analysier plane raisonn avantage
        inconvén analizz valuta ventaj afweg beredeneer""",
    "write": """
        write compos draft creat poem story essay song lyric haiku letter email mail speech blog article tweet
        slogan tagline caption dialogue script novel character plot invent imagin brainstorm name ideas pitch
        invitation toast schreib verfass gedicht geschichte erfind entwirf brief écri rédige poème histoire
        invente escrib redact poema cuento scrivi poesia storia componi escrev crie história schrijf verhaal
        bedenk pretend act role persona describe""",
    "document": """
        accord passage context document contract article text paragraph section clause attach upload pdf file
        report handbook manual policy lease agreement memo minutes transcript page above below says state laut
        vertrag abschnitt handbuch dokument anhang selon contrat d'après según contrato documento secondo
        contratto allegato volgens reglement source based answer question""",
    "knowledge": """
        what who when where how explain define meaning difference between capital inventor history fact example
        advice tip recommend best was wer wann wo wie warum qu'est pourquoi qué quién cuándo cómo perché chi
        quando dove como wat hoe waarom erklär explique spiega explica""",
    "social": """
        hi hello hey thanks thank thx bye goodbye morning evening night you your yourself name hallo danke
        tschüss bonjour salut merci hola gracias adiós ciao grazie obrigad olá dank hoi lol haha joke hobby
        hobbies human robot bot ai assistant pets pet born feel bored nice""",
}
LEXICON: tuple[str, ...] = tuple(_STEMS)
"""Kinds of ask, in order."""

_LONGEST = 12
_WORD = re.compile(r"[^\W\d_](?:[\w'-]*\w)?")


def _index() -> dict[str, int]:
    """Beginning of a word -> bits of the kinds that list it. A beginning of fewer than four letters is a whole word."""
    found: dict[str, int] = {}
    for place, stems in enumerate(_STEMS.values()):
        for stem in stems.split():
            word = stem if len(stem) >= 4 else f"{stem}$"
            found[word] = found.get(word, 0) | 1 << place
    return found


_INDEX = _index()


@lru_cache(maxsize=32_768)
def _kinds(word: str) -> int:
    whole = _INDEX.get(f"{word}$")
    if whole is not None:
        return whole
    for length in range(min(len(word), _LONGEST), 3, -1):
        bits = _INDEX.get(word[:length])
        if bits is not None:
            return bits
    return 0


def lexicon(text: str, opening: int = 5) -> NDArray[np.float32]:
    """For each kind: whether one of the first ``opening`` words of ``text`` is of it, and how many of all are (a
    quarter each, at most 1); float32, shape (2 * len(LEXICON),). Meant for an ask, not for pages."""
    opened, counts = [0.0] * len(LEXICON), [0.0] * len(LEXICON)
    for place, word in enumerate(_WORD.findall(text.lower())):
        bits = _kinds(word)
        while bits:
            low = bits & -bits
            kind = low.bit_length() - 1
            bits ^= low
            counts[kind] += 0.25
            if place < opening:
                opened[kind] = 1.0
    return np.minimum(np.array(opened + counts, dtype=np.float32), np.float32(1.0))
