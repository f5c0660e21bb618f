"""One plain request for each intent, for tests of where requests go. Written for these tests; not in the corpus."""

from __future__ import annotations

PROMPTS: dict[str, str] = {
    "smalltalk": "hello",
    "question": "What is the capital of Australia and how many people live there?",
    "classification": (
        "Classify this support ticket as billing, technical or sales:\n\n"
        "I was charged twice for my subscription in October and want one of the payments back."
    ),
    "extraction": (
        "Extract the sender, the date and the total amount as JSON from this invoice:\n\n"
        "Invoice 2041\nFrom: Kellermann Tools GmbH\nDate: 3 May 2026\nTotal: 1,284.50 EUR"
    ),
    "summarization": (
        "Summarize this in two sentences:\n\nThe council met on Tuesday to discuss the new bridge. Engineers presented "
        "three designs; residents asked about noise, cost and how long the road would stay closed. A vote is planned."
    ),
    "rewriting": "Rewrite this so that it sounds more polite: Send me the report now, you are late again.",
    "translation": "Translate into French: The train to Lyon leaves from platform four at half past nine.",
    "writing": "Write a short birthday poem for my grandmother, who loves gardening and old films.",
    "coding": "Write a Python function that merges two sorted lists into one sorted list, with unit tests.",
    "math": "A tank holds 240 litres and drains at 8 litres a minute. How many minutes until a quarter of it is left?",
    "reasoning": (
        "Our startup can either hire two engineers or spend the same on marketing this year. Weigh the trade-offs "
        "step by step, consider the risks of each option, and recommend a plan for the next four quarters."
    ),
    "document_qa": (
        "Answer the question using only the document below.\n\n<document>\nLeave policy: employees receive 28 days of "
        "paid leave a year. Unused days expire on 31 March of the following year.\n</document>\n\n"
        "Question: When do unused days expire?"
    ),
}
