// The pages for all kinds of readers, in a real browser: on a slow network, with large text, in their own colours and in letters that
// run to the left. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, noBrowser, open } from './lib/browser.js';
import { freshAddress, send } from './lib/demo.js';
import { enterRoom, holdAnswers, invitedRoom, signIn, write } from './lib/pages.js';
import { address } from './lib/server.js';

const member = 'second@demo.example';
const phone = { viewport: { width: 360, height: 740 } };
const lying = { viewport: { width: 640, height: 360 } };

describe('whoever reads', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  function invited() {
    return invitedRoom('EMAIL', freshAddress(), member);
  }

  test('sees a word until the scripts of a page have come', async () => {
    const { token } = await invited();
    for (const path of ['/desk', `/r/${token}`, '/s/nothing', '/join/nothing']) {
      const context = await browser.newContext(phone);
      const page = await context.newPage();
      let release;
      const released = new Promise((resolve) => (release = resolve));
      await page.route('**/*.js', (route) => released.then(() => route.continue()));
      await page.goto(address(path), { waitUntil: 'commit' });
      await page.getByText('Loading…').waitFor();
      release();
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await page.locator('body > *').count(), 1, 'what stood in is still there');
      await context.close();
    }
  });

  test('is told when a message takes long, until it is there', async () => {
    const { token } = await invited();
    const { page } = await open(browser, `/r/${token}`, phone);
    await enterRoom(page);
    const answer = await holdAnswers(page, 'Send');
    await page.getByLabel('Your message').fill('Over a slow network');
    await page.keyboard.press('Enter');
    await page.getByText('Sending…').waitFor();
    answer();
    await page.locator('.message', { hasText: 'Over a slow network' }).waitFor();
    await page.getByText('Sending…').waitFor({ state: 'detached' });
  });

  test('has the chat bar in sight on a phone that lies, and with large text', async () => {
    const { room, token } = await invited();
    const large = await launch('--blink-settings=defaultFontSize=32');
    try {
      for (const [where, options] of [[browser, lying], [large, phone]]) {
        const customer = await open(where, `/r/${token}`, options);
        await enterRoom(customer.page);
        await inSight(customer.page);
        const desk = await open(where, '/desk', { viewport: { ...options.viewport, width: 640 } });
        await signIn(desk.page, member);
        await desk.page.evaluate((id) => (location.hash = `/rooms/${id}`), room.id);
        await inSight(desk.page);
        await Promise.all([customer, desk].map(({ page }) => page.context().close()));
      }
    } finally {
      await large.close();
    }
  });

  test('cannot scroll the desk away from under a long timeline', async () => {
    const { accessToken, room } = await invited();
    for (let i = 1; i <= 25; i++) await send(accessToken, room.id, `Message ${i}`);
    const { page } = await open(browser, '/desk');
    await signIn(page, member);
    await page.evaluate((id) => (location.hash = `/rooms/${id}`), room.id);
    await page.getByText('Message 25', { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 0);
  });

  test('reads each line in the direction of its letters', async () => {
    const { token } = await invited();
    const { page } = await open(browser, `/r/${token}`, phone);
    await enterRoom(page);
    await write(page, 'Hello!');
    await write(page, 'שלום!');
    assert.equal(await endOf(page, 'Hello!'), 'right');
    assert.equal(await endOf(page, 'שלום!'), 'left');
  });

  test('tells buttons from text in colours of their own', async () => {
    const { token } = await invited();
    const { page } = await open(browser, `/r/${token}`, { ...phone, forcedColors: 'active' });
    const line = () => page.getByRole('button').last().evaluate((button) => getComputedStyle(button).borderTopStyle);
    assert.equal(await line(), 'solid');
    await enterRoom(page);
    assert.equal(await line(), 'solid');
  });
});

async function inSight(page) {
  await page.getByLabel('Your message').waitFor();
  await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
  const { top, bottom, height } = await page.locator('.composer').evaluate((bar) => {
    const { top, bottom } = bar.getBoundingClientRect();
    return { top, bottom, height: innerHeight };
  });
  assert.ok(top > 0 && bottom <= height, `the chat bar is from ${top} to ${bottom} of ${height}`);
}

// On which side of a message its last character is.
function endOf(page, text) {
  return page.locator('.message .body', { hasText: text }).evaluate((body) => {
    const sideOf = (from) => {
      const range = document.createRange();
      range.setStart(body.firstChild, from);
      range.setEnd(body.firstChild, from + 1);
      return range.getBoundingClientRect().left;
    };
    return sideOf(0) < sideOf(body.textContent.length - 1) ? 'right' : 'left';
  });
}
