// The pages in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import {
  closeRoom,
  createRoom,
  endSession,
  freshAddress,
  freshNumber,
  invite,
  inviteMember,
  inviteSpecialists,
  join,
  linkTokenSentTo,
  mergeRooms,
  removeSpecialist,
  send,
  setAccess,
  sharesIn,
  specialistsIn,
  startSession,
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

  test('an invited person registers by the link, which works once', async () => {
    const email = freshAddress();
    await inviteMember(await tokenOf('admin@demo.example'), email);
    const token = await linkTokenSentTo(email, 'join');
    const { page, complaints } = await open(browser, `/join/${token}`, { viewport: { width: 360, height: 800 } });
    await register(page, 'Grace', 'hopper.com', 'short');
    await page.getByText('A name cannot hold links').waitFor();
    await page.getByText('A password has at least 10 characters.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'lastName');

    await register(page, 'Grace', 'Hopper', 'a good long password');
    await page.getByRole('heading', { name: 'Welcome, Grace Hopper' }).waitFor();
    await page.getByText(email).waitFor();

    await page.reload();
    await register(page, 'Grace', 'Again', 'a good long password');
    await page.getByText('This link does not work').waitFor();
    assert.deepEqual(complaints, []);
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
    for (const path of [`/r/${token}`, '/s/made-up', '/join/made-up', '/simulator']) {
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

  test('a specialist joins by the link with a name, talks, keeps the seat over a reload, and leaves', async () => {
    const { accessToken, room, code } = await supportedRoom();
    await send(accessToken, room.id, 'Before you came.');
    const { page, complaints, requests } = await open(browser, `/s/${code}`, { viewport: { width: 390, height: 800 } });
    await page.getByLabel('Your name').waitFor();
    assert.equal(await page.getByText('Before you came.').count(), 0);
    assert.deepEqual(await specialistsIn(accessToken, room.id), [], 'opening the link has used up a seat');

    await page.getByLabel('Your name').fill('   ');
    await page.getByRole('button', { name: 'Join the session' }).click();
    await page.getByRole('status').filter({ hasText: /\w+ .+\./ }).waitFor();
    await page.getByLabel('Your name').fill('Grace Hopper');
    await page.keyboard.press('Enter');
    await page.getByText('Before you came.').waitFor();
    await page.getByText('Grace Hopper has joined the session').waitFor();
    await page.getByRole('list', { name: 'Who is here' }).getByText('You').waitFor();
    await page.getByText('View only').waitFor();
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

// Two browsers that share nothing but the server. What getDisplayMedia gives in them is their own tab.
describe('between two browsers', { skip: noBrowser }, () => {
  const capture = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=display-media-type=browser'];
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
  await page.getByRole('button', { name: 'Join the session' }).click();
}

async function joinAs(page, name) {
  await tryToJoinAs(page, name);
  await page.getByText(`${name} has joined the session`).waitFor();
}

// What is on its way when the access ends is refused, or comes to a socket that is closed, which the browser remarks.
function unexpected(complaint) {
  return !/401 \(Unauthorized\)|already in CLOSING or CLOSED state/.test(complaint);
}

// Keeps the peer connections of a page in `peers`.
function rememberPeers() {
  window.peers = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      super(...configuration);
      peers.push(this);
    }
  };
}

function neverClosePeers() {
  RTCPeerConnection.prototype.close = () => {};
}

function peersOf(page, setting) {
  return page.evaluate((setting) => peers.map((peer) => peer.getConfiguration()[setting]), setting);
}

// Has something move on a page: of one that stands still browsers send few pictures, if any.
function keepMoving(page) {
  return page.evaluate(() => {
    let wide = false;
    setInterval(() => (document.body.style.borderTop = `${(wide = !wide) ? 8 : 4}px solid gray`), 100);
  });
}

// Gives all of a page a colour.
function paint(page, [red, green, blue]) {
  return page.evaluate((colour) => (document.body.style.background = colour), `rgb(${red}, ${green}, ${blue})`);
}

// Waits until pictures have come, and go on coming.
async function seesFrames(page) {
  const start = await page.waitForFunction(() => {
    const video = document.querySelector('video');
    return video?.videoWidth > 0 && video.currentTime + 0.01;
  });
  await page.waitForFunction((start) => document.querySelector('video').currentTime > start, await start.jsonValue());
}

// Waits until the lower left corner of the picture has a colour, as nearly as a video shows it.
function seesColour(page, colour) {
  return page.waitForFunction((colour) => {
    const video = document.querySelector('video');
    if (!video?.videoWidth) return false;
    const pixel = new OffscreenCanvas(1, 1).getContext('2d');
    pixel.drawImage(video, 2, video.videoHeight - 3, 1, 1, 0, 0, 1, 1);
    const seen = pixel.getImageData(0, 0, 1, 1).data;
    return colour.every((value, i) => Math.abs(value - seen[i]) < 50);
  }, colour);
}

async function pointAt(page, x, y) {
  const picture = await page.locator('video').boundingBox();
  await page.mouse.move(picture.x + picture.width * x, picture.y + picture.height * y);
}

// Where an element's left upper corner is within its parent, in fractions of that.
function placeWithin(page, selector) {
  return page.locator(selector).evaluate((element) => {
    const { width, height } = element.parentElement.getBoundingClientRect();
    return { x: element.offsetLeft / width, y: element.offsetTop / height };
  });
}

// What the server says when the page of a specialist sends control input past its own code: the codes of its refusals.
async function controlDirectly(page, share) {
  const { accessToken } = await page.evaluate(() => JSON.parse(sessionStorage.getItem('parley.visit')));
  return page.evaluate(
    async ([query, accessToken]) => {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({ query }),
      });
      const { data } = await response.json();
      return data.sendControlInput.userErrors.map(({ code }) => code);
    },
    [`mutation { sendControlInput(input: {screenShareId: "${share}", payload: "[]"}) { userErrors { code } } }`, accessToken],
  );
}

async function runTab(page, index) {
  await page.locator('.graphiql-tab button').nth(index * 2).click();
  // GraphiQL reads the operation of a tab a moment after it shows it.
  await page.waitForTimeout(300);
  await page.locator('.graphiql-execute-button').click();
  const response = page.locator('.graphiql-response');
  await response.getByText(/"(data|errors)"|not known yet/).first().waitFor();
  return response.innerText();
}

async function register(page, firstName, lastName, password) {
  await page.getByLabel('First name').fill(firstName);
  await page.getByLabel('Last name').fill(lastName);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
}

async function invitedRoom(channel, recipient) {
  const accessToken = await tokenOf('lead@demo.example');
  const room = await createRoom(accessToken);
  await invite(accessToken, room.id, channel, recipient);
  return { accessToken, room, token: await linkTokenSentTo(recipient) };
}

async function supportedRoom() {
  const accessToken = await tokenOf('lead@demo.example');
  const room = await createRoom(accessToken);
  const session = await startSession(accessToken, room.id);
  const { code } = await inviteSpecialists(accessToken, session);
  return { accessToken, room, session, code };
}

async function supportedRoomWithCustomer(specialistsMayShare) {
  const { accessToken, room, token } = await invitedRoom('EMAIL', freshAddress());
  const { code } = await inviteSpecialists(accessToken, await startSession(accessToken, room.id, specialistsMayShare));
  return { accessToken, room, token, code };
}

function shownMessages(page) {
  return page.locator('.message:not([data-side=SYSTEM]) .body').allInnerTexts();
}
