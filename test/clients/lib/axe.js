// What axe-core, which looks for what keeps people out, finds on a page.
import axe from 'axe-core';

/** The findings, a sentence each; none is as it should be. */
export async function findings(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run());
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
