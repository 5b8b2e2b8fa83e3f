"""What every page must be: fitting, large enough for fingers, readable by everybody."""

import asyncio
import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Locator, Page

LEAST_TARGET = 44
"""CSS pixels of what a finger presses (WCAG 2.2, success criterion 2.5.5, level AAA)."""

NARROW = 320
"""CSS pixels at which nothing may scroll sideways (WCAG 2.2, 1.4.10 "Reflow")."""

_RULES = {
    "runOnly": {"type": "tag", "values": [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
    ]},
    "resultTypes": ["violations"],
}  # fmt: skip

# A stretched label is the target of the input that it covers.
_TARGETS = """least => {
  const small = [];
  const roots = [document];
  document.querySelectorAll('*').forEach(e => e.shadowRoot && roots.push(e.shadowRoot));
  for (const root of roots) {
    for (const one of root.querySelectorAll('button, input, textarea, select, [role=button]')) {
      if (one.type === 'hidden' || !one.checkVisibility({visibilityProperty: true})) continue;
      const box = (one.closest('label') || one).getBoundingClientRect();
      if (Math.min(box.width, box.height) < least)
        small.push(`${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`);
    }
  }
  return small;
}"""

_OVERHANG = """() => {
  const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return [];
  const out = [...document.querySelectorAll('*')].filter(
    e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5);
  return [`${wide} px too wide`, ...out.slice(0, 5).map(e => e.outerHTML.slice(0, 120))];
}"""


async def assert_accessible(page: Page) -> None:
    """Let axe-core judge the page as it stands, shadow trees included: it must find nothing.

    It waits for timers, which a window without JavaScript does not have.
    """
    async with asyncio.timeout(30):
        await page.evaluate(AXE_SCRIPT)
        found = await page.evaluate(f"axe.run(document, {json.dumps(_RULES)})")
    assert not found["violations"], "\n".join(map(_said, found["violations"]))


async def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways, neither here nor in a window of 320 pixels."""
    wide = await page.evaluate(_OVERHANG)
    assert not wide, wide
    size = page.viewport_size
    assert size is not None
    await page.set_viewport_size({"width": NARROW, "height": size["height"]})
    wide = await page.evaluate(_OVERHANG)
    assert not wide, wide
    await page.set_viewport_size(size)


async def assert_pressable(page: Page, *, least: int = LEAST_TARGET) -> None:
    """Whatever can be pressed or filled in is large enough."""
    small = await page.evaluate(_TARGETS, least)
    assert not small, small


async def assert_pressable_on_small_phones(page: Page) -> None:
    """The same on phones of 360 and 320 pixels."""
    size = page.viewport_size
    assert size is not None
    for width in (360, NARROW):
        await page.set_viewport_size({"width": width, "height": size["height"]})
        await assert_pressable(page, least=40 if width == NARROW else LEAST_TARGET)
    await page.set_viewport_size(size)


async def assert_sound(page: Page, *, javascript: bool = True) -> None:
    """Everything above, at once; axe-core only where the window runs JavaScript."""
    await assert_fits(page)
    await assert_pressable(page)
    await assert_pressable_on_small_phones(page)
    if javascript:
        await assert_accessible(page)


async def focus_ring(place: Locator) -> float:
    """Give how wide the line around a focused element, or around what stands for it, is."""
    width = await place.evaluate(
        """e => Math.max(...[e, e.nextElementSibling].filter(Boolean).map(one => {
          const style = getComputedStyle(one);
          return style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
        }))"""
    )
    return float(width)


def _said(violation: dict[str, Any]) -> str:
    where = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:3])
    return f"{violation['impact']}: {violation['id']}: {violation['help']}: {where}"
