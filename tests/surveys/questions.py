"""Questions to answer, one of each kind."""

from surveys.question import Choice, Kind, Question


def rating(metric: str, scale: str, *, required: bool = True) -> Question:
    return Question(
        id="q",
        kind=Kind.RATING,
        wording=metric,
        metric_id=metric,
        scale_id=scale,
        required=required,
    )


def choice(kind: Kind, *labels: str, required: bool = True) -> Question:
    choices = tuple(
        Choice(id=f"c{n}", label={"en": label}) for n, label in enumerate(labels, start=1)
    )
    return Question(id="q", kind=kind, wording="q", choices=choices, required=required)


def words_question(kind: Kind, *, required: bool) -> Question:
    return Question(id="q", kind=kind, wording="q", required=required)


def number(minimum: float | None = None, maximum: float | None = None) -> Question:
    return Question(id="q", kind=Kind.NUMBER, wording="q", minimum=minimum, maximum=maximum)


NPS = rating("nps", "0-10")
REASON = choice(Kind.CHOICE, "Late", "Broken", "Wrong colour", "Wrong size")
REASONS = choice(Kind.CHOICES, "Late", "Broken", "Wrong colour", "Wrong size")
