"""``python -m bot preview``: how a survey looks in every channel and language. Nothing is sent.

    sample     the customer and the facts it is shown with
    moments    what the customer comes upon: each question, the recorded answer, the thanks
    painters   one file a channel: from the very payload that would be sent to a picture of it
    pictures   what a picture is
    remarks    what a marketer should know: cut texts, second text messages, missing words
    album      all pictures of a survey, put together
    page       the album as one HTML file
    terminal   the album for the terminal
    command    the command

All but `command` is pure.
"""

from bot.preview.command import Wish, run_preview

__all__ = ["Wish", "run_preview"]
