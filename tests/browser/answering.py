"""Answering the survey page as a person does: by finger or by keyboard."""

from playwright.async_api import Page

WORDS = "It was quick – kiitos, Grüße, hvala, paldies."

ANSWERS = {
    "nps": "9",
    "csat": "2",
    "faces": "3",
    "stars": "4",
    "ces": "7",
    "thumbs": "1",
    "problem": "broken",
    "liked": "people",
    "times": "3",
    "better": WORDS,
    "comment": WORDS,
}
"""Question id of the survey ``kinds`` -> what is answered, in the order they are asked."""


async def question_id(page: Page) -> str:
    """Give which question stands on the page, "" for none."""
    field = page.locator("input[type=hidden][name=q]")
    return await field.input_value() if await field.count() else ""


async def take_a_moment(page: Page) -> None:
    """Look at a page that a link opened for as long as a person does: who presses sooner is asked
    to press again. Pages that follow a counted press, which say so, are not timed.
    """
    if not await page.locator("#notice").count():
        shown = await page.evaluate("() => performance.now()")
        await page.wait_for_timeout(max(0, 1300 - shown))


async def press_answer(page: Page, answer: str) -> None:
    """Answer the question on the page with a pointer, and send."""
    await take_a_moment(page)
    field = page.locator("#text")
    if await field.count():
        await field.fill(answer)
    else:
        await page.locator(f"input[name=v][value='{answer}']").check(force=True)
    async with page.expect_navigation():
        await page.locator("button[value=send]").click()


async def type_answer(page: Page, answer: str) -> None:
    """Answer the question on the page with the keyboard alone: Tab, arrows, Space, Enter."""
    await take_a_moment(page)
    field = page.locator("#text")
    await tab_to(page, "#text, input[name=v]")
    if await field.count():
        await page.keyboard.type(answer)
    elif await page.locator("input[type=checkbox]").count():
        await tab_to(page, f"input[value='{answer}']")
        await page.keyboard.press("Space")
    else:
        await _choose(page, answer)
    await tab_to(page, "button[value=send]")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def tab_to(page: Page, selector: str, *, most: int = 30) -> None:
    """Press Tab until the focus is on something that fits the selector."""
    for _ in range(most):
        if await page.evaluate("s => !!document.activeElement?.matches(s)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


async def _choose(page: Page, answer: str) -> None:
    """Space takes the radio button in focus, the arrow goes on to the next one."""
    await page.keyboard.press("Space")
    for _ in range(12):
        if await page.evaluate("() => document.activeElement.value") == answer:
            return
        await page.keyboard.press("ArrowRight")
    raise AssertionError(f"the keyboard does not reach {answer}")
