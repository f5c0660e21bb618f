"""The preparers, in the order in which they run.

Knows: their names. Does not know: what they do. A later one sees what an earlier one made: a recording's transcript is
there before a search for what it asks.
"""

from __future__ import annotations

from plugins.litellm_adapter.preparation.documents import Documents
from plugins.litellm_adapter.preparation.file_search import FileSearch
from plugins.litellm_adapter.preparation.links import Links
from plugins.litellm_adapter.preparation.pictures import Pictures
from plugins.litellm_adapter.preparation.preparer import Preparer
from plugins.litellm_adapter.preparation.recordings import Recordings
from plugins.litellm_adapter.preparation.text_documents import TextDocuments

PREPARERS: tuple[type[Preparer], ...] = (
    Links,
    TextDocuments,
    Recordings,
    Documents,
    Pictures,
    FileSearch,
)


def one_of_each() -> tuple[Preparer, ...]:
    """One of each, for one process."""
    return tuple(make() for make in PREPARERS)
