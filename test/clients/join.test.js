// Becoming a member in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import { freshAddress, inviteMember, linkTokenSentTo, tokenOf } from './lib/demo.js';
import { sideways } from './lib/pages.js';
import { address } from './lib/server.js';

describe('who is invited to become a member', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test('an invited person registers by the link, which works once', async () => {
    const email = freshAddress();
    await inviteMember(await tokenOf('admin@demo.example'), email);
    const token = await linkTokenSentTo(email, 'join');
    const { page, complaints } = await open(browser, `/join/${token}`, { viewport: { width: 360, height: 800 } });
    await page.getByRole('heading', { name: 'Join the team' }).waitFor();
    assert.deepEqual(await findings(page), []);
    await register(page, 'Grace', 'hopper.com', 'short');
    await page.getByText('A name cannot hold links').waitFor();
    await page.getByText('A password has at least 10 characters.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), 'lastName', 'the first that was refused has the focus');
    assert.deepEqual(await findings(page), []);
    assert.equal(await sideways(page), 0);

    await register(page, 'Grace', 'Hopper', 'a good long password');
    await page.getByRole('heading', { name: 'Welcome, Grace Hopper' }).waitFor();
    await page.getByText(email).waitFor();
    assert.deepEqual(await findings(page), []);
    await page.getByRole('link', { name: 'Go on to the desk' }).click();
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill('a good long password');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Rooms' }).waitFor();

    await page.goto(address(`/join/${token}`));
    await register(page, 'Grace', 'Again', 'a good long password');
    await page.getByText('This link does not work').waitFor();

    assert.deepEqual(complaints, []);
  });
});

async function register(page, firstName, lastName, password) {
  await page.getByLabel('First name').fill(firstName);
  await page.getByLabel('Last name').fill(lastName);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
}
