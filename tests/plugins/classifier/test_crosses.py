from __future__ import annotations

from plugins.classifier.crosses import CROSSES, crosses
from plugins.classifier.features import edges


def marks(text: str) -> dict[str, float]:
    return dict(zip(CROSSES, crosses(text, *edges(text)).tolist(), strict=True))


def test_a_word_problem_and_a_question_about_a_document_differ() -> None:
    problem = marks("Ann picks 12 plums, eats 3 and halves the other plums with Bo. How many plums has Bo?")
    document = marks("The tower was built in 1722 and restored in 1985. How many towers does the text name?")
    assert problem["amount_numbers"] == 0.5
    assert document["amount_numbers"] == 0
    assert document["amount_document"] == 1


def test_the_words_of_a_question_stand_in_the_text_that_it_is_about() -> None:
    about = marks("The orchard by the river belongs to the parish since the war. Who owns the orchard by the river?")
    alone = marks("I have been to many places in this world so far. Which planet has the largest storm?")
    assert about["overlap"] > 0.5 > alone["overlap"]
    assert about["question_last"] == 1
    assert (
        marks("Who owns the orchard? The orchard by the river belongs to the parish since the war.")["question_first"]
        == 1
    )


def test_you_in_a_short_turn() -> None:
    assert marks("what do you do all day")["you_short"] == 1
    assert marks("what do you do all day?")["you_question"] == 1
    assert marks("The sun is hot")["you_short"] == 0


def test_a_short_ask_with_something_to_work_on() -> None:
    assert marks("Make it nicer: give me that")["payload"] == 1
    assert marks("Make it nicer")["payload"] == 0
