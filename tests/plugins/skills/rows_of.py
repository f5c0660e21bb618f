"""Rows for tests of skills: mails that are leads or not, and orders with fields."""

from __future__ import annotations

import random

from plugins.skills.rows import Row

_LEAD = ("We would like a quote for {n} licenses.", "Could you call us about a trial for {n} users?",
         "What does the yearly plan cost for {n} seats?", "Our firm of {n} looks for a new tool, please send prices.",
         "I want to buy {n} units, who is in charge of sales?")  # fmt: skip
_OTHER = ("My invoice {n} is wrong, please correct it.", "The app crashes when I open page {n}.",
          "Thanks for the quick help with ticket {n}!", "Please cancel my account, number {n}.",
          "Where is my parcel {n}? It should be here by now.")  # fmt: skip


def mails(count: int = 120) -> list[Row]:
    rng = random.Random(3)
    rows = []
    for place in range(count):
        label = "lead" if place % 2 else "other"
        text = rng.choice(_LEAD if place % 2 else _OTHER).format(n=rng.randint(2, 900))
        rows.append(
            Row(
                f"{rng.choice(('Hello,', 'Hi there,', 'Dear team,'))} {text} Regards, {rng.choice('ABCDEF')}.",
                label,
                {},
            )
        )
    return rows


def orders(count: int = 120) -> list[Row]:
    rng = random.Random(4)
    rows = []
    for _ in range(count):
        number, day = f"A-{rng.randint(1000, 9999)}", f"{rng.randint(1, 28)} May"
        late = rng.random() < 0.5
        text = f"{rng.choice(('Hello, my order', 'I mean order', 'It is about order'))} {number}"
        text += f" was to come on {day}, where is it?" if late else " is complete, thank you."
        rows.append(Row(text, None, {"order": number, "due": day if late else None}))
    return rows
