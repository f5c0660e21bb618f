"""A document in a prompt: whole, or cut to what is about the question, and it says so."""

from __future__ import annotations

from plugins.litellm_adapter.preparation.shown import LEAST, Document, image_part, text_type
from plugins.routing.content import Material, plain_text

PAGES = [f"Filler words on page number {i}. " * 30 for i in range(1, 101)]
PAGES[41] = "The lighthouse keeper receives 31 days of leave. " * 20


def test_a_whole_document_has_its_marks() -> None:
    part = Document("file", "a.pdf", "", pages=["one\0", "two"]).part
    assert part == {
        "type": "text",
        "text": "[Document a.pdf]\n[Page 1]\none\n[Page 2]\ntwo\n[End of document a.pdf]",
    }
    assert isinstance(part, Material)
    assert plain_text({"content": [part, {"type": "text", "text": "why?"}]}) == "why?"


def test_cutting_keeps_the_page_asked_for_and_names_the_gaps() -> None:
    document = Document("input_file", "", "How long is the keeper's leave?", pages=PAGES)
    whole = document.fit.tokens
    document.fit.cut(1_500)
    text = document.part["text"]
    assert "[Page 42]\nThe lighthouse" in text
    assert "left out: less about the question]" in text
    assert document.fit.tokens <= 1_500 < whole
    assert document.part["type"] == "input_text"


def test_a_text_without_pages_is_cut_by_passages() -> None:
    text = "\n\n".join(f"Paragraph {i} has nothing in it. " * 8 for i in range(300))
    document = Document(
        "document", "n.txt", "zebra crossing", text=f"{text}\n\nThe zebra crossing is closed.\n\n{text}"
    )
    document.cut(800)
    assert "The zebra crossing is closed." in document.part["text"]
    assert "[...]" in document.part["text"]
    assert "[Page" not in document.part["text"]


def test_the_least_is_never_more_than_all() -> None:
    short = Document("file", "", "", text="short").fit
    assert short.tokens == short.least < LEAST


def test_types_of_text() -> None:
    assert [text_type(k) for k in ("file", "document", "input_file")] == ["text", "text", "input_text"]


def test_pictures_in_each_shape() -> None:
    kinds = ("file", "input_file", "document", "input_image", "image")
    assert [image_part(k, "image/png", "x")["type"] for k in kinds] == [
        "image_url", "input_image", "image", "input_image", "image",
    ]  # fmt: skip
