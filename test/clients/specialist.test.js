// Specialists, and screens that are shared, in real browsers: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findingsInBoth } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import {
  createRoom,
  endSession,
  freshAddress,
  invite,
  inviteSpecialists,
  join,
  linkTokenSentTo,
  removeSpecialist,
  send,
  setAccess,
  sharesIn,
  specialistsIn,
  startSession,
  tokenOf,
} from './lib/demo.js';
import {
  capture,
  controlDirectly,
  keepMoving,
  neverClosePeers,
  paint,
  peersOf,
  placeWithin,
  pointAt,
  rememberPeers,
  seesColour,
  seesFrames,
} from './lib/screens.js';
import { address } from './lib/server.js';

describe('a specialist', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test('a specialist joins by the link with a name, talks, keeps the seat over a reload, and leaves', async () => {
    const { accessToken, room, code } = await supportedRoom();
    await send(accessToken, room.id, 'Before you came.');
    const { page, complaints, requests } = await open(browser, `/s/${code}`, { viewport: { width: 360, height: 720 } });
    await page.getByLabel('Your name').waitFor();
    assert.equal(await page.getByText('Before you came.').count(), 0);
    assert.deepEqual(await specialistsIn(accessToken, room.id), [], 'opening the link has used up a seat');

    assert.deepEqual(await findingsInBoth(page), []);

    await page.getByLabel('Your name').fill('   ');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').filter({ hasText: /\w+ .+\./ }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), 'name');
    assert.deepEqual(await findingsInBoth(page), []);
    await page.getByLabel('Your name').fill('Grace Hopper');
    await page.keyboard.press('Enter');
    await page.getByText('Before you came.').waitFor();
    await page.getByText('Grace Hopper has joined the session').waitFor();
    await page.getByRole('list', { name: 'Who is here' }).getByText('You').waitFor();
    await page.getByText('View only').waitFor();
    assert.deepEqual(await findingsInBoth(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    const seats = await specialistsIn(accessToken, room.id);
    assert.deepEqual(seats.map(({ name }) => name), ['Grace Hopper']);

    await page.getByLabel('Your message').fill('Hello!');
    await page.keyboard.press('Enter');
    await page.getByText('Hello!').waitFor();
    await page.reload();
    await page.getByText('Hello!').waitFor();
    await send(accessToken, room.id, 'Welcome back.');
    await page.getByText('Welcome back.').waitFor();
    assert.deepEqual(await shownMessages(page), ['Before you came.', 'Hello!', 'Welcome back.']);
    assert.deepEqual(await specialistsIn(accessToken, room.id), seats);

    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByText('You have left the support session.').waitFor();
    assert.deepEqual(await findingsInBoth(page), []);
    assert.equal(await page.getByText('Welcome back.').isVisible(), false);
    assert.deepEqual(await specialistsIn(accessToken, room.id), []);
    assert.deepEqual(complaints.filter(unexpected), []);
    assert.deepEqual(requests.filter((url) => url.includes(code) && url !== address(`/s/${code}`)), []);
  });

  test('a specialist is told when the session is full, when removed, when it has ended, and of a wrong code', async () => {
    const { accessToken, room, session, code } = await supportedRoom();
    const others = await Promise.all([1, 2, 3, 4, 5].map((number) => join(code, `Expert ${number}`)));
    const { page, complaints } = await open(browser, `/s/${code}`);
    await tryToJoinAs(page, 'Grace Hopper');
    await page.getByText('All 5 places for specialists are taken').waitFor();

    await removeSpecialist(accessToken, others[0].specialist.id);
    await joinAs(page, 'Grace Hopper');
    const { id } = (await specialistsIn(accessToken, room.id)).find(({ name }) => name === 'Grace Hopper');
    await removeSpecialist(accessToken, id);
    await page.getByText('it has ended, or you were removed').waitFor();
    assert.equal(await page.getByLabel('Your message').isVisible(), false);

    await joinAs(page, 'Grace again');
    await endSession(accessToken, session);
    await page.getByText('it has ended, or you were removed').waitFor();
    await tryToJoinAs(page, 'Grace too late');
    await page.getByText('This code does not work').waitFor();
    assert.equal(await page.getByLabel('Your name').isVisible(), false);
    assert.deepEqual(complaints.filter(unexpected), []);
  });
});

// Two browsers that share nothing but the server.
describe('between two browsers', { skip: noBrowser }, () => {
  let ones;
  let others;
  before(async () => {
    [ones, others] = await Promise.all([launch(...capture), launch(...capture)]);
  });
  after(() => Promise.all([ones.close(), others.close()]));

  test('a customer shares the screen; a specialist sees it, and controls it while that is allowed', async () => {
    const { accessToken, room, code, token } = await supportedRoomWithCustomer();
    const customer = await open(ones, `/r/${token}`, { init: rememberPeers });
    const specialist = await open(others, `/s/${code}`, { init: neverClosePeers });
    await customer.page.getByRole('button', { name: 'Enter the room' }).click();
    await joinAs(specialist.page, 'Grace Hopper');

    await keepMoving(customer.page);
    await customer.page.getByRole('button', { name: 'Share my screen' }).click();
    await seesFrames(specialist.page);
    await specialist.page.getByText("Ada Lovelace's screen").waitFor();
    for (const colour of [[255, 0, 0], [0, 0, 255]]) {
      await paint(customer.page, colour);
      await seesColour(specialist.page, colour);
    }

    // View only: the page passes nothing on, and the server would not take it.
    const [share] = await sharesIn(accessToken, room.id);
    const keyboard = specialist.page.getByRole('application');
    assert.equal(await keyboard.count(), 0);
    await pointAt(specialist.page, 0.5, 0.5);
    assert.deepEqual(await controlDirectly(specialist.page, share), ['ACCESS_NOT_ALLOWED']);

    const [{ id }] = await specialistsIn(accessToken, room.id);
    await setAccess(accessToken, id, 'CONTROL');
    await keyboard.waitFor();
    const pointer = customer.page.locator('.pointer', { hasText: 'Grace Hopper' });
    assert.equal(await pointer.count(), 0, 'something was passed on before');
    await pointAt(specialist.page, 0.25, 0.5);
    await pointer.waitFor();
    const { x, y } = await placeWithin(customer.page, '.pointer');
    assert.ok(Math.abs(x - 0.25) < 0.01 && Math.abs(y - 0.5) < 0.01, `points at ${x}, ${y}`);
    await keyboard.focus();
    await specialist.page.keyboard.type('hello');
    await pointer.getByText('hello').waitFor();
    assert.deepEqual(await controlDirectly(specialist.page, share), []);

    await setAccess(accessToken, id, 'VIEW_ONLY');
    await keyboard.waitFor({ state: 'detached' });
    assert.deepEqual(await controlDirectly(specialist.page, share), ['ACCESS_NOT_ALLOWED']);

    // The pictures do not depend on the sockets; and what is signalled while a socket is lost is heard behind that.
    await Promise.all([customer.disconnect(), specialist.cutSockets()]);
    await paint(customer.page, [0, 255, 0]);
    await seesColour(specialist.page, [0, 255, 0]);
    const asked = specialist.page.waitForResponse((response) => response.request().postData()?.includes('watch'));
    await specialist.page.reload();
    await asked;
    customer.reconnect();
    await seesColour(specialist.page, [0, 255, 0]);

    assert.deepEqual(await peersOf(customer.page, 'iceServers'), [[], []]);
    // Not even a page that holds on to the pictures keeps them.
    await removeSpecialist(accessToken, id);
    await specialist.page.getByText('it has ended, or you were removed').waitFor();
    assert.equal(await specialist.page.locator('video').count(), 0);
    await customer.page.waitForFunction(() => peers.every((peer) => peer.connectionState === 'closed'));

    for (const { complaints, requests } of [customer, specialist]) {
      assert.deepEqual(complaints.filter(unexpected), []);
      assert.deepEqual(requests.filter((url) => new URL(url).origin !== new URL(address('/')).origin), []);
    }
  });

  test('a specialist shares where the session allows it, until they stop', async () => {
    const { accessToken, room, code, token } = await supportedRoomWithCustomer(true);
    const customer = await open(ones, `/r/${token}`);
    const specialist = await open(others, `/s/${code}`);
    await customer.page.getByRole('button', { name: 'Enter the room' }).click();
    await joinAs(specialist.page, 'Grace Hopper');
    await keepMoving(specialist.page);
    await specialist.page.getByRole('button', { name: 'Share my screen' }).click();
    await paint(specialist.page, [255, 0, 0]);
    await seesColour(customer.page, [255, 0, 0]);
    assert.equal(await customer.page.getByRole('application').count(), 0);

    await specialist.page.getByRole('button', { name: 'Stop sharing' }).click();
    await customer.page.locator('video').waitFor({ state: 'detached' });
    assert.deepEqual(await sharesIn(accessToken, room.id), []);

    await specialist.page.getByRole('button', { name: 'Share my screen' }).click();
    await seesFrames(customer.page);
    await specialist.page.reload();
    await customer.page.locator('video').waitFor({ state: 'detached' });
    await specialist.page.getByRole('button', { name: 'Share my screen' }).waitFor();
    assert.deepEqual([...customer.complaints, ...specialist.complaints], []);
  });

  test('a specialist has no button to share where the session does not allow it', async () => {
    const { accessToken, room, code } = await supportedRoom();
    const { page } = await open(others, `/s/${code}`);
    await joinAs(page, 'Grace Hopper');
    await page.getByRole('list', { name: 'Who is here' }).getByText('You').waitFor(); // with this it is known, too
    assert.equal(await page.getByRole('button', { name: 'Share my screen' }).isVisible(), false);
    await send(accessToken, room.id, 'Hello.');
    await page.getByText('Hello.').waitFor();
  });
});

async function tryToJoinAs(page, name) {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function joinAs(page, name) {
  await tryToJoinAs(page, name);
  await page.getByText(`${name} has joined the session`).waitFor();
}

// What is on its way when the access ends is refused, or comes to a socket that is closed, which the browser remarks.
function unexpected(complaint) {
  return !/401 \(Unauthorized\)|already in CLOSING or CLOSED state/.test(complaint);
}

async function supportedRoom() {
  const accessToken = await tokenOf('lead@demo.example');
  const room = await createRoom(accessToken);
  const session = await startSession(accessToken, room.id);
  const { code } = await inviteSpecialists(accessToken, session);
  return { accessToken, room, session, code };
}

async function supportedRoomWithCustomer(specialistsMayShare) {
  const accessToken = await tokenOf('lead@demo.example');
  const room = await createRoom(accessToken);
  const address = freshAddress();
  await invite(accessToken, room.id, 'EMAIL', address);
  const token = await linkTokenSentTo(address);
  const { code } = await inviteSpecialists(accessToken, await startSession(accessToken, room.id, specialistsMayShare));
  return { accessToken, room, token, code };
}

function shownMessages(page) {
  return page.locator('.message:not([data-side=SYSTEM]) .body').allInnerTexts();
}
