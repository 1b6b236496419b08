// The pages in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import { freshAddress, freshNumber } from './lib/demo.js';
import { invitedRoom } from './lib/pages.js';
import { address } from './lib/server.js';

describe('in a browser', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test('the tabs of GraphiQL run as they are, from left to right', async () => {
    const { page, complaints } = await open(browser, '/');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Signed in as').waitFor();

    const tabs = await page.locator('.graphiql-tab').count();
    assert.ok(tabs >= 10, `${tabs} tabs`);
    for (let i = 0; i < tabs; i++) {
      const response = await runTab(page, i);
      assert.doesNotMatch(response, /"errors"|"userErrors": \[\s*\{|is not known yet/, `tab ${i + 1}`);
    }

    assert.equal(await page.evaluate(() => localStorage.length), 0);
    assert.deepEqual(complaints, []);
  });

  test('GraphiQL and the simulator lead to the other pages, or say how to come there', async () => {
    const { page, complaints } = await open(browser, '/');
    const others = page.getByRole('navigation', { name: 'Other pages' });
    await others.getByText('More pages').click();
    for (const name of ['Customer', 'Specialist', 'Joining']) await others.getByText(name, { exact: true }).waitFor();
    assert.equal(await others.getByRole('link', { name: 'Desk' }).getAttribute('href'), '/desk');
    assert.equal(await others.getByRole('link', { name: 'Simulator' }).getAttribute('href'), '/simulator');
    await page.goto(address('/simulator'));
    await others.getByRole('link', { name: 'GraphiQL' }).waitFor();
    await others.getByRole('link', { name: 'Desk' }).click();
    await page.getByRole('heading', { name: 'Parley Desk' }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('axe-core finds nothing that keeps people out of the simulator', async () => {
    const { page } = await open(browser, '/simulator', { viewport: { width: 360, height: 800 } });
    await page.locator('main:not([hidden])').waitFor();
    assert.deepEqual(await findings(page), []);
  });

  test('the simulator shows what was sent, and its links lead into the room', async () => {
    const number = freshNumber();
    const mailbox = freshAddress();
    const { page, complaints } = await open(browser, '/simulator');
    await invitedRoom('SMS', number);
    await invitedRoom('EMAIL', mailbox);

    await page.getByRole('article').filter({ hasText: mailbox }).waitFor();
    const text = page.getByRole('article').filter({ hasText: number });
    await text.filter({ hasText: 'DELIVERED' }).waitFor();
    const opened = page.waitForEvent('popup');
    await text.getByRole('link').click();
    await (await opened).getByRole('button', { name: 'Enter the room' }).waitFor();
    assert.deepEqual(complaints, []);
  });
});

async function runTab(page, index) {
  await page.locator('.graphiql-tab button').nth(index * 2).click();
  // GraphiQL reads the operation of a tab a moment after it shows it.
  await page.waitForTimeout(300);
  await page.locator('.graphiql-execute-button').click();
  const response = page.locator('.graphiql-response');
  await response.getByText(/"(data|errors)"|not known yet/).first().waitFor();
  return response.innerText();
}
