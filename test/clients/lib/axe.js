// What keeps people out of a page: what axe-core finds, in light and in dark, and what goes beyond a small screen.
import assert from 'node:assert/strict';
import axe from 'axe-core';

/** What axe-core finds, a sentence each; none is as it should be. */
export async function findings(page) {
  await page.evaluate(axe.source);
  const found = [];
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => axe.run());
    found.push(...violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${colorScheme}: ${id}: ${help}: ${html}`)));
  }
  return found;
}

/** Fails where the page keeps somebody out, as it is or on a phone. */
export async function keepsNobodyOut(page) {
  const before = page.viewportSize();
  for (const size of [before, { width: 360, height: 720 }]) {
    await page.setViewportSize(size);
    assert.deepEqual(await findings(page), [], `${size.width} pixels`);
    assert.deepEqual(await page.evaluate(tooWide), [], `${size.width} pixels`);
  }
  await page.setViewportSize(before);
}

// What is wider than its place, so that one would have to scroll sideways.
function tooWide() {
  return [...document.querySelectorAll('html, main, .open, dialog')]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ outerHTML }) => outerHTML.slice(0, 80));
}
