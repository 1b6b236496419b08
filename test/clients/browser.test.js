// The pages in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import {
  closeRoom,
  createRoom,
  freshAddress,
  freshNumber,
  invite,
  linkTokenSentTo,
  mergeRooms,
  send,
  tokenOf,
} from './lib/demo.js';
import { Follower, overSocket } from './lib/follow.js';
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

  test('a customer enters by the link, talks, loses the connection, and stays in after a reload', async () => {
    const { accessToken, room, token } = await invitedRoom('SMS', freshNumber());
    await send(accessToken, room.id, 'Before you came.');
    const desk = new Follower(overSocket, accessToken, room.id, room.lastCursor);
    const { page, complaints, requests, cutSockets } = await open(browser, `/r/${token}`, { viewport: { width: 390, height: 800 } });
    await desk.untilStatus('OPENED');

    await page.getByRole('button', { name: 'Enter the room' }).click();
    await page.getByText('Before you came.').waitFor();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await desk.untilStatus('JOINED');

    await page.getByLabel('Your message').fill('Hello!');
    await page.keyboard.press('Enter');
    await desk.untilMessage('Hello!');
    await send(accessToken, room.id, 'Welcome.');
    await page.getByText('Welcome.').waitFor();

    await cutSockets();
    await page.getByText('Reconnecting…').waitFor();
    await send(accessToken, room.id, 'While you were away.');
    await page.getByText('While you were away.').waitFor();

    const conversation = ['Before you came.', 'Hello!', 'Welcome.', 'While you were away.'];
    assert.deepEqual(await shownMessages(page), conversation);
    await page.reload();
    await page.getByText('While you were away.').waitFor();
    assert.deepEqual(await shownMessages(page), conversation);

    assert.deepEqual(complaints, []);
    assert.deepEqual(requests.filter((url) => url.includes(token) && url !== address(`/r/${token}`)), []);
    await desk.close();
  });

  test('a customer sees that the room is closed, and cannot write any more', async () => {
    const { accessToken, room, token } = await invitedRoom('EMAIL', freshAddress());
    const { page, complaints } = await open(browser, `/r/${token}`);
    await page.getByRole('button', { name: 'Enter the room' }).click();
    await page.getByLabel('Your message').waitFor();
    // The page reads what was there once: if the first of two is part of it, the second came live.
    for (const body of ['Thank you.', 'Goodbye.']) {
      await send(accessToken, room.id, body);
      await page.getByText(body).waitFor();
    }

    await closeRoom(accessToken, room.id);
    await page.getByText('This room is closed.').waitFor();
    assert.equal(await page.getByLabel('Your message').isVisible(), false);
    assert.deepEqual(complaints, []);
  });

  test('a customer goes on where their room has gone, and sees what was written there', async () => {
    const { accessToken, room, token } = await invitedRoom('EMAIL', freshAddress());
    const other = await invitedRoom('SMS', freshNumber());
    await send(accessToken, other.room.id, 'First, in the other room.');
    await send(accessToken, room.id, 'Second, here.');
    const { page, complaints } = await open(browser, `/r/${token}`);
    await page.getByRole('button', { name: 'Enter the room' }).click();
    await page.getByText('Second, here.').waitFor();

    await mergeRooms(accessToken, room.id, other.room.id);
    await page.getByText('First, in the other room.').waitFor();
    await send(accessToken, other.room.id, 'Third, in the one room.');
    await page.getByText('Third, in the one room.').waitFor();
    await page.getByLabel('Your message').fill('Fourth, by the customer.');
    await page.keyboard.press('Enter');
    const conversation = ['First, in the other room.', 'Second, here.', 'Third, in the one room.', 'Fourth, by the customer.'];
    await page.getByText('Fourth, by the customer.').waitFor();
    assert.deepEqual(await shownMessages(page), conversation);
    await page.reload();
    await page.getByText('Fourth, by the customer.').waitFor();
    assert.deepEqual(await shownMessages(page), conversation);
    assert.deepEqual(complaints, []);
  });

  test('axe-core finds nothing that keeps people out', async () => {
    const { token } = await invitedRoom('EMAIL', freshAddress());
    for (const path of [`/r/${token}`, '/simulator']) {
      const { page } = await open(browser, path, { viewport: { width: 360, height: 800 } });
      await page.locator('main:not([hidden])').waitFor();
      assert.deepEqual(await findings(page), [], path);
    }
  });

  test('a link that was made up is refused with a sentence', async () => {
    const { page } = await open(browser, '/r/made-up');
    await page.getByRole('button', { name: 'Enter the room' }).click();
    await page.getByRole('status').filter({ hasText: /\w+ .+\./ }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Enter the room' }).isVisible(), false);
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

async function invitedRoom(channel, recipient) {
  const accessToken = await tokenOf('lead@demo.example');
  const room = await createRoom(accessToken);
  await invite(accessToken, room.id, channel, recipient);
  return { accessToken, room, token: await linkTokenSentTo(recipient) };
}

function shownMessages(page) {
  return page.locator('.message:not([data-side=SYSTEM]) .body').allInnerTexts();
}
