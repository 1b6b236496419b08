// The members' desk in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { findings, keepsNobodyOut } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import {
  closeRoom,
  createRoom,
  documentsIn,
  endCall,
  endChat,
  enter,
  freshAddress,
  freshNumber,
  invite,
  linkTokenSentTo,
  send,
  sendSms,
  serviceId,
  startCall,
  tokenOf,
} from './lib/demo.js';
import {
  atDesk,
  focusIsSomewhere,
  hasFocus,
  hasReconnected,
  holdAnswers,
  loseTheNextAnswer,
  newMember,
  rememberStatuses,
  share,
  shownMessages,
  sideways,
  signIn,
  signOut,
  unexpected,
  unexpectedOfWhoIsOut,
  write,
} from './lib/pages.js';
import { address, graphqlUrl, mutate, run } from './lib/server.js';

describe('at the desk', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test('an agent invites a customer and talks with them, and nothing is lost or doubled when the network is cut', async () => {
    const desk = await open(browser, '/desk', { viewport: { width: 1280, height: 800 } });
    const { page } = desk;
    await page.getByLabel('Email').waitFor();
    assert.deepEqual(await findings(page), []);
    await signIn(page, 'agent@demo.example');

    await page.getByRole('button', { name: 'New room' }).click();
    await page.getByRole('heading', { name: 'Collaboration Room' }).waitFor();
    await write(page, 'Before you came.');

    const number = freshNumber();
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Mobile number').fill('0171 23');
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill('Lovelace');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'prefix' }).waitFor();
    assert.deepEqual(await findings(page), []);
    await page.getByLabel('Mobile number').fill(number);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();

    const customer = await open(browser, `/r/${await linkTokenSentTo(number)}`, { viewport: { width: 390, height: 800 } });
    await customer.page.getByRole('button', { name: 'Enter the room' }).click();
    await customer.page.getByText('Before you came.').waitFor();
    await write(customer.page, 'Hello!');
    await page.getByText('Hello!').waitFor();
    await page.getByRole('list', { name: 'Who is here' }).getByText('Ada Lovelace').waitFor();

    const { lost } = await loseTheNextAnswer(page, 'Send');
    await write(page, 'Welcome.');
    await lost;
    await page.getByLabel('Your message').and(page.locator(':read-write')).waitFor(); // it was sent once more, and heard of
    await customer.page.getByText('Welcome.').waitFor();

    await Promise.all([desk.disconnect(), page.context().setOffline(true)]);
    await page.getByText('Reconnecting…').waitFor();
    await write(customer.page, 'While you were away.');
    await page.getByLabel('Your message').fill('Written without a network.');
    await page.keyboard.press('Enter');
    await page.getByText('Not sent yet').waitFor();
    desk.reconnect();
    await page.context().setOffline(false);
    await customer.page.getByText('Written without a network.').waitFor();
    await page.getByText('While you were away.').waitFor();
    await page.getByText('Reconnecting…').waitFor({ state: 'detached' });

    const conversation = ['Before you came.', 'Hello!', 'Welcome.', 'While you were away.', 'Written without a network.'];
    assert.deepEqual(await shownMessages(page), conversation);
    assert.deepEqual(await shownMessages(customer.page), conversation);
    assert.deepEqual(await findings(customer.page), []);
    await page.reload();
    await page.getByText('Written without a network.').waitFor();
    assert.deepEqual(await shownMessages(page), conversation);

    await keepsNobodyOut(page);
    await page.setViewportSize({ width: 360, height: 720 });
    await page.getByRole('link', { name: 'Rooms' }).click();
    await page.getByRole('link', { name: 'Ada Lovelace' }).first().waitFor();
    assert.deepEqual(await findings(page), []);
    assert.deepEqual(desk.complaints.filter(unexpected), []);
    assert.deepEqual(customer.complaints, []);
  });

  test('a room that is closed is read, and not followed any more', async () => {
    const accessToken = await tokenOf('lead@demo.example');
    const [closed, other] = [await createRoom(accessToken), await createRoom(accessToken)];
    await send(accessToken, closed.id, 'The last word.');
    await closeRoom(accessToken, closed.id);
    const { page, complaints } = await atDesk(browser, 'lead@demo.example', { room: closed, init: rememberStatuses });
    await page.getByText('The last word.').waitFor();
    await page.getByText('This room is closed').waitFor();
    assert.equal(await page.getByLabel('Your message').count(), 0);
    assert.deepEqual(await findings(page), []);

    await page.goto(address(`/desk#/rooms/${other.id}`));
    await write(page, 'Meanwhile elsewhere.');
    assert.equal(await hasReconnected(page), false);
    assert.deepEqual(complaints, []);
  });

  test('rooms are found among many, and what is new in them is told', async () => {
    const name = `Quill${letters()}`;
    const email = await newMember('Ines', name);
    const [own, second] = await Promise.all([tokenOf(email), tokenOf('second@demo.example')]);
    const rooms = [];
    for (let i = 0; i < 33; i++) rooms.push((await createRoom(own)).id);
    const [invited, written, closed] = rooms;
    const word = `xylophone${letters()}`;
    await invite(second, invited, 'EMAIL', freshAddress(), 'Ada', name);
    await send(own, written, `The ${word} is broken.`);
    await closeRoom(own, closed);

    const desk = await open(browser, '/desk', { viewport: { width: 1280, height: 800 } });
    const { page } = desk;
    await signIn(page, email);
    const rows = page.getByRole('region', { name: 'Rooms' }).locator('li');
    const shows = (...ids) =>
      page.waitForFunction((ids) => {
        const links = [...document.querySelectorAll('.list > ul:first-of-type a')];
        return links.map((link) => link.hash.split('/').at(-1)).join() === ids.join();
      }, ids);
    await rows.nth(9).waitFor();
    assert.equal(await rows.count(), 10);
    await page.getByLabel('Agent').selectOption('Mine');
    await page.getByLabel('Order').selectOption('Newest first');
    const newestFirst = rooms.toReversed();
    await shows(...newestFirst.slice(0, 10));
    const more = page.getByRole('button', { name: 'More rooms' });
    for (const seen of [10, 20, 30]) {
      await more.click();
      await shows(...newestFirst.slice(0, seen + 10));
      assert.ok(await hasFocus(rows.nth(seen).getByRole('link')));
    }
    await more.waitFor({ state: 'detached' });
    await page.getByLabel('Order').selectOption('Oldest first');
    await shows(...rooms.slice(0, 10));
    await keepsNobodyOut(page);

    await page.getByLabel('Status').selectOption('Active');
    await shows(invited);
    await page.getByLabel('Status').selectOption('Closed');
    await shows(closed);
    await page.getByLabel('Status').selectOption('Timed out');
    await page.getByText('No room is like that.').waitFor();
    await page.getByLabel('Status').selectOption('All');
    await page.getByLabel('Agent').selectOption('Everyone');
    await page.getByLabel('Search').fill(name.toLowerCase());
    await shows(invited);
    await page.getByLabel('Search').fill(word);
    await page.getByRole('list', { name: 'Messages found' }).getByText(word).click();
    await page.locator('.message', { hasText: word }).waitFor();
    await page.getByLabel('Search').fill('');

    await page.getByLabel('Agent').selectOption('Mine');
    await page.getByLabel('Order').selectOption('Newest activity');
    const [listened, missed] = rooms.slice(5);
    const first = rows.first();
    await rows.nth(3).locator(`a[href$=${rooms.at(-1)}]`).waitFor();
    const link = page.getByRole('link', { name: /^Rooms/ });
    const before = Number((await link.innerText()).match(/\d+/) ?? 0);
    const tellsOf = async (count) => {
      await link.getByText(`${count} with news`).waitFor();
      await page.waitForFunction((title) => document.title === title, `(${count}) Desk`);
    };
    await send(second, listened, 'Something new.');
    await first.locator(`a[href$=${listened}]`).waitFor();
    await first.getByText('1 unread').waitFor();
    await tellsOf(before + 1);
    await desk.disconnect();
    await send(second, missed, 'While nobody listened.');
    desk.reconnect();
    await first.locator(`a[href$=${missed}]`).waitFor();
    await tellsOf(before + 2);
    await first.click();
    await page.getByText('While nobody listened.').waitFor();
    await first.getByText('unread').waitFor({ state: 'detached' });
    await tellsOf(before + 1);
    assert.deepEqual(desk.complaints, []);
  });

  test('a message that is found opens its room where it is, as far up as that may be', async () => {
    const accessToken = await tokenOf('agent@demo.example');
    const [room, word] = [await createRoom(accessToken), letters()];
    await send(accessToken, room.id, `The first ${word}.`);
    for (let i = 1; i <= 60; i++) await send(accessToken, room.id, `Message ${i}`);
    await send(accessToken, room.id, `The last ${word}.`);
    const { page, complaints } = await atDesk(browser, 'agent@demo.example');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.getByLabel('Search').fill(word);
    const found = page.getByRole('list', { name: 'Messages found' });
    const comesTo = async (body) => {
      await found.getByText(body).click();
      const message = page.locator('.message', { hasText: body });
      await message.and(page.locator(':focus')).waitFor();
      await page.waitForFunction((message) => {
        const [{ top, bottom }, log] = [message.getBoundingClientRect(), message.closest('.log').getBoundingClientRect()];
        return top >= log.top && bottom <= log.bottom;
      }, await message.elementHandle());
      assert.equal(await page.locator('.sought').count(), 1);
      const mark = await message.locator('.bubble').evaluate((bubble) => getComputedStyle(bubble).animation);
      assert.match(mark, /steps.*sought/, 'it is not marked, or moves');
    };
    await comesTo(`The first ${word}.`);
    assert.equal((await shownMessages(page)).length, 62);
    await comesTo(`The last ${word}.`);
    await comesTo(`The first ${word}.`);

    // Who does not look for it any more is left where they are.
    await page.goto(address('/desk'));
    await page.getByLabel('Search').fill(word);
    await comesTo(`The last ${word}.`);
    await page.goto(address(`/desk#/rooms/${room.id}`));
    await page.locator('.sought').waitFor({ state: 'detached' });
    await comesTo(`The last ${word}.`);
    assert.equal((await shownMessages(page)).length, 25);
    await comesTo(`The first ${word}.`);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await keepsNobodyOut(page);
    await page.reload();
    await page.locator('.sought:focus', { hasText: `The first ${word}.` }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('a customer has one room, whoever invites them, and by whatever way', async () => {
    const { page, complaints } = await open(browser, '/desk', { viewport: { width: 1280, height: 800 } });
    const agent = await tokenOf('agent@demo.example');
    const [email, number] = [freshAddress(), freshNumber()];
    const byNumber = await createRoom(agent);
    await invite(agent, byNumber.id, 'SMS', number, 'Grace', 'Hopper');
    await send(agent, byNumber.id, 'Known by the number.');
    const byEmail = await createRoom(agent);
    await invite(agent, byEmail.id, 'EMAIL', email, 'Grace', 'Hopper');
    await send(agent, byEmail.id, 'Known by the address.');

    await signIn(page, 'agent@demo.example');
    await page.getByRole('button', { name: 'New room' }).click();
    await page.getByRole('heading', { name: 'Collaboration Room' }).waitFor();
    await write(page, 'Known by nobody.');
    await page.getByRole('button', { name: 'Invite' }).click();
    await keepsNobodyOut(page);
    await page.getByLabel('Email', { exact: true }).check();
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('First name').fill(' ');
    await page.getByLabel('Last name').fill('Somebody');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor();
    await page.getByLabel('First name').fill('Else');
    await page.keyboard.press('Enter');
    await page.getByText('There is a room for this customer already: Grace Hopper, opened by Ari Agent').waitFor();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByLabel('Last name').press('Enter');
    await page.getByRole('button', { name: 'Invite, and join the rooms' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    await page.getByText('Known by nobody.').waitFor();
    assert.deepEqual(await shownMessages(page), ['Known by the address.', 'Known by nobody.']);

    await page.getByRole('button', { name: 'Re-invite' }).click();
    await page.getByLabel('Mobile number').fill(number);
    assert.equal(await page.getByLabel('First name').getAttribute('readonly'), '');
    await page.getByLabel('Mobile number').press('Enter');
    await page.getByText('Another room of the organisation has this customer').waitFor();
    assert.match(await page.getByRole('link', { name: 'Open that room' }).getAttribute('href'), new RegExp(byNumber.id));
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'join the two rooms' }).click();
    await page.getByRole('button', { name: 'Join the rooms for good' }).click();
    await page.getByText('Known by the number.').waitFor();
    assert.deepEqual(await shownMessages(page), ['Known by the number.', 'Known by the address.', 'Known by nobody.']);
    assert.match(page.url(), new RegExp(`${byNumber.id}$`));

    const again = await createRoom(agent);
    await send(agent, again.id, 'Begun twice.');
    await page.locator(`a[href$=${again.id}]`).click();
    await page.getByText('Begun twice.').waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Join with another room' }).click();
    const words = page.getByLabel("Customer's name, number or email");
    await words.fill('nobody is called so');
    await page.getByText('No other room is like that.').waitFor();
    await words.fill(email);
    await page.getByRole('dialog').getByRole('button', { name: 'Grace Hopper' }).click();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Join the rooms for good' }).click();
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    await page.getByText('Known by the address.').waitFor();
    assert.deepEqual(await shownMessages(page), [
      'Known by the number.',
      'Known by the address.',
      'Known by nobody.',
      'Begun twice.',
    ]);
    assert.match(page.url(), new RegExp(`${byNumber.id}$`));
    assert.deepEqual(complaints, []);
  });

  test('the customer is invited again by each way, shut out, and the room is closed', async () => {
    const { page, complaints } = await open(browser, '/desk', { viewport: { width: 1280, height: 800 } });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const agent = await tokenOf('agent@demo.example');
    const email = freshAddress();
    const room = await createRoom(agent);
    await invite(agent, room.id, 'EMAIL', email, 'Mary', `Shelley${letters()}`);
    await signIn(page, 'agent@demo.example');
    await page.getByRole('link', { name: 'Mary Shelley' }).first().click();
    await page.getByRole('heading', { name: 'Mary Shelley' }).waitFor();
    const information = page.locator('.customer');

    const reinvite = page.getByRole('button', { name: 'Re-invite' });
    await reinvite.click();
    await page.getByLabel('Mobile number').fill(unreachableNumber());
    await page.getByLabel('Mobile number').press('Enter');
    await page.getByRole('button', { name: 'Done' }).click();
    await information.getByText('Failed: unreachable').waitFor();
    await reinvite.click();
    assert.equal(await page.getByLabel('Mobile number').getAttribute('readonly'), '');
    await page.getByLabel('Email', { exact: true }).check();
    assert.equal(await page.getByLabel('Email address').inputValue(), email);
    assert.equal(await page.getByLabel('Email address').getAttribute('readonly'), '');
    await page.getByRole('dialog').getByRole('button', { name: 'Re-invite' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await reinvite.click();
    await page.getByLabel('Link', { exact: true }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Re-invite' }).click();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied.').waitFor();
    const token = (await page.evaluate(() => navigator.clipboard.readText())).match(/\/r\/([\w-]+)/)[1];
    await page.keyboard.press('Escape');
    assert.equal((await enter(token)).room.id, room.id);

    await page.getByRole('button', { name: 'Get link' }).click();
    assert.match(await page.getByLabel('Link for the customer').inputValue(), /\/r\//);
    await page.keyboard.press('Escape');

    const more = page.getByRole('button', { name: 'More', exact: true });
    await more.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Revoke links' }).waitFor();
    await page.keyboard.press('Escape');
    assert.ok(await hasFocus(more));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Revoke links' }).waitFor({ state: 'hidden' });
    await more.click();
    await page.getByRole('button', { name: 'Revoke links' }).click();
    await keepsNobodyOut(page);
    const { lost } = await loseTheNextAnswer(page, 'RevokeLinks');
    await page.getByRole('button', { name: 'Revoke all links' }).click();
    await lost;
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await focusIsSomewhere(page);
    await assert.rejects(enter(token), /LINK_INVALID/);

    await more.click();
    await page.getByRole('button', { name: 'Close room' }).click();
    await page.getByRole('button', { name: 'Close it for good' }).click();
    await page.getByText('This room is closed').waitFor();
    await page.getByLabel('Your message').waitFor({ state: 'detached' });
    await focusIsSomewhere(page);
    await keepsNobodyOut(page);
    assert.deepEqual(complaints.filter(unexpected), []);
  });

  test('a document goes on into a room that is left, is seen from elsewhere and on coming back, and is shared once', async () => {
    const accessToken = await tokenOf('lead@demo.example');
    const [room, other] = [await createRoom(accessToken), await createRoom(accessToken)];
    const { page, complaints } = await open(browser, `/desk#/rooms/${room.id}`, { viewport: { width: 1280, height: 800 } });
    await signIn(page, 'lead@demo.example');
    let goOn;
    const held = new Promise((resolve) => (goOn = resolve));
    await page.route('**/files/*/upload?*', async (route) => {
      await held;
      await route.continue();
    });
    await page.locator('.composer input[type=file]').setInputFiles({ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('As agreed.') });
    await page.getByRole('status').filter({ hasText: 'sharing…' }).waitFor();
    const elsewhere = page.getByRole('region', { name: 'Documents on their way into other rooms' });
    assert.equal(await elsewhere.count(), 0);
    await page.goto(address(`/desk#/rooms/${other.id}`));
    await elsewhere.getByText('Sharing offer.txt in Collaboration Room · 0 %').waitFor();
    await keepsNobodyOut(page);
    await elsewhere.getByRole('link').click();
    await page.getByRole('list', { name: 'Documents on their way', exact: true }).getByText('offer.txt').waitFor();
    assert.equal(await elsewhere.count(), 0);
    await page.getByRole('link', { name: 'Text messages' }).click();
    await elsewhere.getByText('offer.txt').waitFor();
    goOn();
    await elsewhere.waitFor({ state: 'detached' });
    assert.equal((await documentsIn(accessToken, room.id)).length, 1);
    await page.goto(address(`/desk#/rooms/${room.id}`));
    await page.locator('.message', { hasText: 'offer.txt' }).waitFor();
    assert.equal(await page.locator('.message', { hasText: 'offer.txt' }).count(), 1);
    assert.deepEqual(complaints, []);
  });

  test('with who signs out goes what they were sharing, and what was asked in their name', async () => {
    const accessToken = await tokenOf('lead@demo.example');
    const room = await createRoom(accessToken);
    const { page, complaints } = await atDesk(browser, 'lead@demo.example', { room });
    const asked = [];
    page.on('request', (request) => {
      const operation = request.url() === graphqlUrl && request.postDataJSON()?.operationName;
      if (operation && !request.headers().authorization) asked.push(operation);
    });
    let goOn;
    const held = new Promise((resolve) => (goOn = resolve));
    await page.route('**/files/*/upload?*', (route) => held.then(() => route.continue()).catch(() => {}));
    await share(page, { name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('As agreed.') });
    await page.getByRole('status').filter({ hasText: 'sharing…' }).waitFor();
    const answer = await holdAnswers(page, 'Rooms');
    await page.getByLabel('Status').selectOption('Closed');
    await signOut(page);
    await signIn(page, 'second@demo.example');
    await page.getByLabel('Your message').waitFor();
    assert.equal(await page.getByText('offer.txt').count(), 0);
    answer();
    goOn();
    await page.getByRole('region', { name: 'Rooms' }).getByRole('listitem').first().waitFor();
    assert.deepEqual(asked, ['SignIn']);
    assert.deepEqual(await documentsIn(accessToken, room.id), []);
    assert.deepEqual(complaints.filter(unexpectedOfWhoIsOut), []);
  });

  test('a room that has timed out says so, until the customer is invited again', async () => {
    const agent = await tokenOf('agent@demo.example');
    const room = await createRoom(agent);
    await invite(agent, room.id, 'EMAIL', freshAddress(), 'Emily', 'Noether');
    const { page, complaints } = await open(browser, `/desk#/rooms/${room.id}`, { viewport: { width: 1280, height: 800 } });
    let timedOut = true;
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const body = await response.text();
      await route.fulfill({ response, body: timedOut ? body.replaceAll('"status":"ACTIVE"', '"status":"TIMED_OUT"') : body });
    });
    await signIn(page, 'agent@demo.example');
    await page.getByText('this room has timed out').waitFor();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Re-invite' }).click();
    await page.getByLabel('Email', { exact: true }).check();
    timedOut = false;
    await page.getByRole('dialog').getByRole('button', { name: 'Re-invite' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('this room has timed out').waitFor({ state: 'detached' });
    assert.deepEqual(complaints, []);
  });

  test('without a number there are no text messages, and the page says what to do', async () => {
    const { page, complaints } = await atDesk(browser, 'agent@other.example', { viewport: { width: 360, height: 720 } });
    await page.getByRole('button', { name: 'New room' }).click();
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Mobile number').fill(freshNumber());
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill('Lovelace');
    await page.keyboard.press('Enter');
    await page.getByText('Invite by email, or have an administrator buy a number.').waitFor();
    await page.getByLabel('Email', { exact: true }).check();
    await page.getByLabel('Email address').fill(freshAddress());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await page.getByText('Customer', { exact: true }).click();
    await page.getByText('Delivered').waitFor();
    await keepsNobodyOut(page);
    assert.deepEqual(complaints, []);
  });

  test('a customer texts, an agent who is ready is offered the chat, answers, and ends it', async () => {
    const { page, complaints } = await atDesk(browser, 'second@demo.example', { init: goWrong });
    await setNotReady('agent@demo.example'); // whoever is idle for longer would be asked first
    await setState(page, 'Ready');
    const customer = freshNumber();
    await textFrom(customer, 'Is anybody there?');
    const offer = page.getByRole('region', { name: 'Offered chat' });
    await offer.getByText(customer).waitFor();
    const timer = offer.getByRole('timer');
    const left = async () => Number(/^(\d+) s left$/.exec(await timer.textContent())?.[1]);
    const atFirst = await left();
    assert.ok(atFirst > 20 && atFirst <= 30, `${atFirst} seconds are left`);
    assert.equal(await timer.evaluate((element) => element.closest('[aria-live]')), null);
    assert.deepEqual(await findings(page), []);
    await page.waitForFunction((most) => parseInt(document.querySelector('[role=timer]').textContent) <= most, atFirst - 3);
    await page.reload();
    await offer.getByText(customer).waitFor();
    await page.getByRole('button', { name: 'My state' }).waitFor(); // all that was missed is told
    const afterwards = await left();
    assert.ok(afterwards > 0 && afterwards <= atFirst - 3, `${afterwards} seconds are left to who comes back`);
    const elsewhere = await atDesk(browser, 'second@demo.example');
    await elsewhere.page.getByRole('region', { name: 'Offered chat' }).getByText(customer).waitFor();
    await offer.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('heading', { name: customer }).waitFor();
    await focusIsSomewhere(page);
    await elsewhere.page.getByRole('button', { name: 'Accept' }).waitFor({ state: 'detached' });
    await elsewhere.page.context().close();
    await page.getByText('Is anybody there?').waitFor();

    const text = page.getByLabel('Text message', { exact: true });
    await text.fill('x'.repeat(161));
    await page.getByText('161/160').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: '160' }).waitFor();
    await text.fill('Hello, I am 🙂');
    await page.getByText('13/160').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.message', { hasText: 'I am 🙂' }).getByText('Delivered').waitFor();
    await textFrom(customer, 'Good.');
    await page.locator('.message.reply', { hasText: 'Good.' }).waitFor();
    assert.deepEqual(await shownMessages(page), ['Is anybody there?', 'Hello, I am 🙂', 'Good.']);
    assert.deepEqual(await findings(page), []);

    await page.getByRole('button', { name: 'End chat' }).click();
    await page.getByRole('button', { name: 'End it for good' }).click();
    await page.getByText('This chat has ended.').waitFor();
    await focusIsSomewhere(page);

    const another = freshNumber();
    await textFrom(another, 'And here?');
    await offer.getByText(another).waitFor();
    await offer.getByRole('button', { name: 'Reject' }).click();
    await offer.getByText(another).waitFor({ state: 'detached' });
    await focusIsSomewhere(page);
    await endChatWith(another);
    await setState(page, 'Not ready', 'Lunch');
    assert.deepEqual(complaints, []);
  });

  test('an agent begins to text, with a service and a number', async () => {
    const { page, complaints } = await atDesk(browser, 'second@demo.example', { viewport: { width: 360, height: 720 } });
    await page.getByRole('link', { name: 'Text messages' }).click();
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await page.getByLabel('Service').selectOption('Support');
    assert.deepEqual(await findings(page), []);
    await page.getByLabel("Customer's number").fill('0171');
    await page.getByLabel('Text message', { exact: true }).fill('Your parcel is here.');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(/prefix/).waitFor();
    const customer = freshNumber();
    await page.getByLabel("Customer's number").fill(customer);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { name: customer }).waitFor();
    assert.deepEqual(await shownMessages(page), ['Your parcel is here.']);
    assert.equal(await sideways(page), 0);
    assert.deepEqual(complaints, []);
  });

  test('however many messages are prepared for a service, an agent can choose each', async () => {
    const admin = await tokenOf('admin@demo.example');
    const { organization } = await run('{ organization { phoneNumbers { id } } }', {}, admin);
    const { service } = await mutate(
      'mutation ($input: CreateServiceInput!) { createService(input: $input) { service { id } userErrors { message } } }',
      { input: { name: `Texts ${letters()}`, phoneNumberId: organization.phoneNumbers[0].id } },
      admin,
    );
    for (let i = 1; i <= 21; i++) {
      await mutate(
        'mutation ($input: CreatePredefinedMessageInput!) { createPredefinedMessage(input: $input) { userErrors { message } } }',
        { input: { serviceId: service.id, title: `Prepared ${String(i).padStart(2, '0')}`, body: `This is number ${i}.` } },
        admin,
      );
    }
    const email = await newMember('Otis', `Texter${letters()}`, { channels: ['SMS'], serviceIds: [service.id] });
    const { page, complaints } = await open(browser, '/desk#/texts/new', { viewport: { width: 1280, height: 800 } });
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill('parley-demo');
    await page.keyboard.press('Enter');
    await page.getByLabel('Predefined message').selectOption({ label: 'Prepared 21' });
    await page.waitForFunction(() => document.querySelector('textarea').value === 'This is number 21.');
    assert.deepEqual(complaints, []);
  });

  test('an agent texts with what they have prepared, reads what others have written, and hears why it does not arrive', async () => {
    const { page, complaints } = await open(browser, '/desk', { viewport: { width: 1280, height: 800 } });
    const [agent, second] = await Promise.all([tokenOf('agent@demo.example'), tokenOf('second@demo.example')]);
    const [known, others] = [freshNumber(), freshNumber()];
    const room = await createRoom(agent);
    await invite(agent, room.id, 'SMS', known, 'Ada', 'Lovelace');
    const conversation = await sendSms(second, others, 'Text 0 of a colleague');
    for (let i = 1; i < 30; i++) await sendSms(second, others, `Text ${i} of a colleague`);
    await endChat(second, conversation);

    await signIn(page, 'agent@demo.example');
    const title = `Greeting ${letters()}`;
    await openPredefined(page);
    await page.getByRole('button', { name: 'New message' }).click();
    await page.getByLabel('Title').fill(title);
    await page.getByLabel('Text', { exact: true }).fill('Hello %F');
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: title, exact: true }).click();
    await page.getByLabel('Text', { exact: true }).fill('Good day, %F %L.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByText('Good day, %F %L.').waitFor();
    await keepsNobodyOut(page);
    assert.ok(await hasFocus(page.getByRole('button', { name: title, exact: true })));
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Text messages' }).click();
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await page.getByLabel("Customer's number").fill(known);
    await page.getByLabel('Predefined message').selectOption({ label: title });
    const text = page.getByLabel('Text message', { exact: true });
    await page.waitForFunction(() => document.querySelector('textarea').value === 'Good day, Ada Lovelace.');
    await page.getByText('23/160 · 1 segment').waitFor();
    await text.fill(`Łódź ${'x'.repeat(80)}`);
    await page.getByText('85/160 · 2 segments · of 70 characters instead of 160 because of Ł ó ź').waitFor();
    await keepsNobodyOut(page);
    const { lost } = await loseTheNextAnswer(page, 'SendText');
    await text.press('Enter');
    await lost;
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    assert.ok(await hasFocus(page.getByRole('heading', { name: 'Ada Lovelace' })));
    assert.equal((await shownMessages(page)).length, 1);
    await page.locator('.message', { hasText: 'Łódź' }).getByText('Delivered').waitFor();
    await textFrom(known, 'STOP');
    await page.locator('.message.reply', { hasText: 'STOP' }).waitFor();
    await text.fill('One more thing');
    await text.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'opted out' }).waitFor();
    await keepsNobodyOut(page);

    await page.getByRole('link', { name: 'New', exact: true }).click();
    await page.getByLabel("Customer's number").fill(unreachableNumber());
    await text.fill('Nobody will read this.');
    await text.press('Enter');
    await page.getByText('Failed: unreachable').waitFor();

    await page.getByLabel('Which chats').selectOption('Ended chats');
    await page.getByLabel('Search by number').fill(others);
    await page.getByRole('link', { name: others }).click();
    await page.getByText('Text 29 of a colleague').waitFor();
    assert.equal((await shownMessages(page)).length, 25);
    await page.getByRole('button', { name: 'Earlier texts' }).click();
    await page.getByText('Text 0 of a colleague').waitFor();
    assert.ok(await hasFocus(page.getByRole('log')));
    assert.deepEqual(await shownMessages(page), Array.from({ length: 30 }, (_, i) => `Text ${i} of a colleague`));
    await page.getByText('This chat has ended.').waitFor();
    assert.equal(await text.count(), 0);
    assert.equal(await page.getByRole('button', { name: 'End chat' }).count(), 0);
    await keepsNobodyOut(page);

    await openPredefined(page);
    await page.getByRole('button', { name: `Delete ${title}` }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(`“${title}” is deleted.`).waitFor();
    await page.getByRole('button', { name: title, exact: true }).waitFor({ state: 'detached' });
    await focusIsSomewhere(page);
    assert.deepEqual(complaints.filter(unexpected), []);
  });

  test('a call is texted to without choosing anybody, and ends with its after-call work', async () => {
    const serviceIds = [await serviceId(await tokenOf('admin@demo.example'), 'Support')];
    const email = await newMember('Cal', `Lister${letters()}`, { channels: ['SMS', 'VOICE'], serviceIds });
    const token = await tokenOf(email);
    const { page, complaints } = await atDesk(browser, email);
    await setState(page, 'Not ready', 'Break');
    const customer = freshNumber();
    const call = await startCall(token, customer);
    await page.getByRole('button', { name: `My state: In a call – ${customer}` }).waitFor();
    await page.getByRole('link', { name: 'Text messages' }).click();
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await page.getByText(`To ${customer}, with whom you speak for Support.`).waitFor();
    await keepsNobodyOut(page);
    await page.getByLabel('Text message', { exact: true }).fill('As I said.');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: customer }).waitFor();
    await endCall(token, call);
    await page.getByRole('button', { name: 'My state: After-call work' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'My state: After-call work' }).waitFor();
    await keepsNobodyOut(page);
    const { lost } = await loseTheNextAnswer(page, 'Finish');
    await page.getByRole('button', { name: 'Finish' }).click();
    await lost;
    await page.getByRole('button', { name: 'My state: Not ready – Break' }).waitFor();
    assert.deepEqual(complaints.filter(unexpected), []);
  });

  test('what is typed is neither cut nor forgotten, and who may do less, or nothing any more, sees why', async () => {
    const email = await newMember('Ivo', `Leaver${letters()}`);
    const own = await tokenOf(email);
    const [room, other] = [await createRoom(own), await createRoom(own)];
    const { page } = await atDesk(browser, email, { room });
    const box = page.getByLabel('Your message');
    await box.fill('x'.repeat(10_001));
    await box.press('Enter');
    await page.getByText('10,000').or(page.getByText('10000')).waitFor();
    assert.equal((await box.inputValue()).length, 10_001);
    await box.fill('Half a sente');
    await page.goto(address(`/desk#/rooms/${other.id}`));
    await page.waitForFunction(() => document.querySelector('.composer textarea')?.value === '');
    await page.goto(address(`/desk#/rooms/${room.id}`));
    await page.waitForFunction(() => document.querySelector('.composer textarea')?.value === 'Half a sente');

    const answer = await holdAnswers(page, 'Send');
    await box.fill('A whole one.');
    await box.press('Enter');
    await page.goto(address(`/desk#/rooms/${other.id}`));
    await page.waitForFunction(() => document.querySelector('.composer textarea')?.value === '');
    answer();
    await page.goto(address(`/desk#/rooms/${room.id}`));
    await page.locator('.message', { hasText: 'A whole one.' }).waitFor();
    assert.equal(await box.inputValue(), '');
    await box.fill('Half a sente');

    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    assert.ok(await hasFocus(page.getByRole('dialog').getByRole('radio', { name: 'SMS' })));
    await page.keyboard.press('Escape');
    await change(email, 'updateMember', { role: 'QUALITY_ASSESSOR' });
    await box.press('Enter');
    await box.waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('button', { name: 'Invite', exact: true }).count(), 0);
    await change(email, 'deactivateMember');
    await page.getByText('You are not signed in any more.').waitFor();
  });

  test('a quality assessor reads, and is offered nothing else', async () => {
    const email = await newMember('Quinn', `Assessor${letters()}`, { role: 'QUALITY_ASSESSOR' });
    const agent = await tokenOf('agent@demo.example');
    const room = await createRoom(agent);
    await send(agent, room.id, 'To be assessed.');
    const conversation = await sendSms(agent, freshNumber(), 'To be assessed, too.');
    const { page, complaints } = await atDesk(browser, email, { room });
    await page.getByText('To be assessed.').waitFor();
    const buttons = () => page.getByRole('button').evaluateAll((all) => all.map((one) => one.ariaLabel ?? one.innerText));
    const account = `Signed in as ${await page.locator('.account strong').textContent()}`;
    assert.deepEqual((await buttons()).filter((name) => name !== 'More rooms'), [account]);
    assert.equal(await page.getByLabel('Your message').count(), 0);
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: account }).click();
    assert.deepEqual((await buttons()).filter((name) => name !== 'More rooms'), [account, 'Colleagues', 'Sign out']);
    await page.getByRole('button', { name: 'Colleagues' }).click();
    await page.getByRole('dialog').getByText('Sam Second').waitFor();
    await keepsNobodyOut(page);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Text messages' }).click();
    await page.getByLabel('Which chats').selectOption('All chats');
    await page.locator(`a[href$=${conversation}]`).click();
    await page.getByText('To be assessed, too.').waitFor();
    assert.deepEqual((await buttons()).filter((name) => name !== 'More chats'), [account]);
    assert.equal(await page.getByRole('link', { name: 'New', exact: true }).count(), 0);
    assert.equal(await page.getByLabel('Text message', { exact: true }).count(), 0);
    const { accessToken } = await page.evaluate(() => JSON.parse(sessionStorage.getItem('parley.session /desk')));
    const signedOut = page.waitForResponse((response) => response.request().postDataJSON()?.operationName === 'SignOut');
    await page.getByRole('button', { name: account }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Email').waitFor();
    await signedOut;
    await assert.rejects(run('{ organization { name } }', {}, accessToken), /UNAUTHENTICATED/);
    assert.deepEqual(complaints.filter(unexpected), []);
  });
});

// Has the page's clock go wrong, by some days.
function goWrong() {
  const now = Date.now;
  Date.now = () => now() + 250_000_000;
}

async function endChatWith(customerNumber) {
  const lead = await tokenOf('lead@demo.example');
  const { smsConversations } = await run(
    'query ($filter: SmsConversationFilter!) { smsConversations(filter: $filter) { nodes { id } } }',
    { filter: { customerNumber } },
    lead,
  );
  await endChat(lead, smsConversations.nodes[0].id);
}

// Has the administrator change a member.
async function change(email, mutation, changes = {}) {
  const admin = await tokenOf('admin@demo.example');
  const { organization } = await run('{ organization { members(last: 100) { nodes { id email } } } }', {}, admin);
  const { id } = organization.members.nodes.find((member) => member.email === email);
  const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input`;
  await mutate(`mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { message } } }`, { input: { id, ...changes } }, admin);
}

// Letters that nobody has used before, as the end of a name or a word.
function letters() {
  return Array.from({ length: 10 }, () => String.fromCharCode(randomInt(97, 123))).join('');
}

// One of those to which the simulator does not deliver.
function unreachableNumber() {
  return `+447400${randomInt(10, 99)}0000`;
}

async function setState(page, state, reason) {
  await page.getByRole('button', { name: 'My state' }).click();
  await page.getByLabel(state, { exact: true }).check();
  if (reason) await page.getByLabel('Reason').fill(reason);
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: 'Save' }).click();
  const button = page.getByRole('button', { name: `My state: ${[state, reason].filter(Boolean).join(' – ')}` });
  await button.waitFor();
  assert.ok(await hasFocus(button));
}

async function setNotReady(email) {
  await mutate('mutation { setAgentState(input: {state: NOT_READY, reason: "Away"}) { userErrors { message } } }', {}, await tokenOf(email));
}

async function openPredefined(page) {
  await page.getByRole('button', { name: 'Signed in as' }).click();
  await page.getByRole('button', { name: 'My predefined messages' }).click();
}

// A customer texts the organisation's number.
async function textFrom(from, body) {
  const { organization } = await run('{ organization { phoneNumbers { number status } } }', {}, await tokenOf('admin@demo.example'));
  const { number } = organization.phoneNumbers.find(({ status }) => status === 'HELD');
  await fetch(address('/simulator/sms'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from, to: number, body }),
  });
}
