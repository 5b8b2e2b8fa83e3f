"""The messages that the golden mails are made of, and what surrounds them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from channels.email import Letterhead, Settings
from surveys.message import Button, Entry, Image, Link, Message
from tests.channels.trouble import PIXEL

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOKEN = "AAAAAAAAAAEx-token_of_32_letters"
ANNA = "anna.virtanen@customer.example"
LINK = f"https://feedback.acme.example/s/{TOKEN}"
STOP = f"https://feedback.acme.example/u/{TOKEN}"

LETTERHEAD = Letterhead(
    company="Acme",
    sender=Settings(smtp="smtp://localhost", sender="Acme <feedback@acme.example>").mailbox,
)


def scale(
    question: str, labels: Mapping[int, str], words: Mapping[int, str] | None = None
) -> tuple[Button, ...]:
    return tuple(
        Button(
            label=label,
            payload=f"{TOKEN}.{question}.{value}",
            value=value,
            spoken=(words or {}).get(value, ""),
        )
        for value, label in labels.items()
    )


def button(question: str, value: str, label: str) -> Button:
    return Button(label=label, payload=f"{TOKEN}.{question}.{value}")


NPS = Message(
    delivery_id=4711,
    address=ANNA,
    text="How likely is it that you would recommend Acme to a friend or colleague?",
    subject="Your call with us",
    greeting="Hello Anna,",
    question_id="nps",
    ends=("not at all likely", "extremely likely"),
    buttons=scale("nps", {n: str(n) for n in range(11)}, {0: "0, not at all likely"}),
    link=LINK,
    stop_link=STOP,
    reason="You get this mail because you were in contact with Acme lately.",
    footer=(
        Link(label="Answer on a page", url=LINK),
        Link(label="Privacy", url="https://acme.example/privacy"),
        Link(label="No more questions from Acme", url=STOP),
    ),
    step=1,
    steps=4,
)

CSAT = replace(
    NPS,
    language="fi",
    text="Kuinka tyytyväinen olit saamaasi palveluun?",
    subject="Soittosi meille – kuinka meni?",
    greeting="Hei Äijä,",
    question_id="csat",
    ends=("erittäin tyytymätön", "erittäin tyytyväinen"),
    buttons=scale("csat", {n: str(n) for n in range(1, 6)}),
    reason="Saat tämän viestin, koska olit äskettäin yhteydessä Acmeen.",
    footer=(Link(label="Tietosuoja", url="https://acme.example/privacy"),
            Link(label="Älä kysy enää", url=STOP)),
)  # fmt: skip

CES = replace(
    NPS,
    language="lv",
    text="Cik viegli jums bija atrisināt savu jautājumu?",
    subject="Jūsu zvans",
    greeting="Sveiki, Jāni!",
    question_id="ces",
    ends=("ļoti grūti", "ļoti viegli"),
    buttons=scale("ces", {n: str(n) for n in range(1, 8)}),
)

WORDS = {1: "Dissatisfied", 2: "Neither satisfied nor dissatisfied", 3: "Satisfied"}
FACES = replace(
    NPS,
    text="How was it?",
    question_id="faces",
    ends=None,
    buttons=(
        *scale("faces", {1: "🙁", 2: "😐", 3: "🙂"}, WORDS),
        button("faces", "-", "Skip"),
    ),
)

CHOICE = replace(
    NPS,
    text="What went wrong?",
    question_id="problem",
    ends=None,
    buttons=(
        button("problem", "late", "It came late"),
        button("problem", "broken", "It was <broken> & wet"),
        button("problem", "wrong", "It was not what I ordered"),
    ),
    step=2,
)

COMMENT = replace(
    NPS,
    text="What should we do better?\n\nEvery word is read.",
    question_id="comment",
    ends=None,
    buttons=(button("comment", "-", "Skip"),),
    entry=Entry.TEXT,
    notice="Thank you, your answer 3 was recorded.",
    step=4,
)

REPORT = Message(
    delivery_id=12,
    address="maija@acme.example",
    text="after_call, last 7 days\nNPS 42 (31 to 53), 214 answers",
    subject="Results: after_call",
    image=Image(png=PIXEL, alt="NPS by week, rising from 30 to 42"),
)

MESSAGES: Mapping[str, Message] = {
    "nps": NPS,
    "csat": CSAT,
    "ces": CES,
    "faces": FACES,
    "choice": CHOICE,
    "comment": COMMENT,
    "report": REPORT,
}
"""Name of the golden file -> its message."""
