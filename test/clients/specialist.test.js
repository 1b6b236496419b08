// Specialists, and screens that are shared, in real browsers: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings, keepsNobodyOut } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import {
  closeRoom,
  createRoom,
  endSession,
  freshAddress,
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
import { atDesk, focusIsSomewhere, invitedRoom, newMember, shownMessages, sideways, unexpectedOfWhoIsOut, write } from './lib/pages.js';
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
import { address, mutate } from './lib/server.js';

const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

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

    assert.deepEqual(await findings(page), []);

    await page.getByLabel('Your name').fill('   ');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').filter({ hasText: /\w+ .+\./ }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), 'name');
    assert.deepEqual(await findings(page), []);
    await page.getByLabel('Your name').fill('Grace Hopper');
    await page.keyboard.press('Enter');
    await page.getByText('Before you came.').waitFor();
    await page.getByText('Grace Hopper has joined the session').waitFor();
    await page.getByRole('list', { name: 'Who is here' }).getByText('You').waitFor();
    await page.getByLabel('What you may do').getByText('View only').waitFor();
    assert.deepEqual(await findings(page), []);
    assert.equal(await sideways(page), 0);
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
    assert.deepEqual(await findings(page), []);
    assert.equal(await page.getByText('Welcome back.').isVisible(), false);
    assert.deepEqual(await specialistsIn(accessToken, room.id), []);
    assert.deepEqual(complaints.filter(unexpectedOfWhoIsOut), []);
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
    assert.deepEqual(complaints.filter(unexpectedOfWhoIsOut), []);
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
      assert.deepEqual(complaints.filter(unexpectedOfWhoIsOut), []);
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

// A support session through the pages of everyone in it.
describe('a support session at the desk', { skip: noBrowser }, () => {
  let browsers;
  before(async () => {
    browsers = await Promise.all([launch(...capture), launch(...capture), launch(...capture)]);
  });
  after(() => Promise.all(browsers.map((browser) => browser.close())));

  test('an agent starts it, invites a specialist, gives control, shares a screen, and nothing is missed when the network is cut', async () => {
    const { room, token } = await invitedRoom('EMAIL', freshAddress());
    const desk = await atDesk(browsers[0], 'agent@demo.example', { ...clipboard, room, init: rememberPeers });
    const customer = await open(browsers[1], `/r/${token}`);
    await customer.page.getByRole('button', { name: 'Enter the room' }).click();
    await startThrough(desk.page, 'Phone');
    await desk.page.getByText('Phone (Phone) · Ari Agent').waitFor();
    await desk.page.getByText('0 of 5 specialists').waitFor();
    await focusIsSomewhere(desk.page);

    const code = await createInvitation(desk.page, 'View only');
    await passOn(desk.page, code);

    const specialist = await open(browsers[2], `/s/${code.toLowerCase()}`, { init: neverClosePeers });
    await joinAs(specialist.page, 'Grace Hopper');
    for (const { page } of [desk, customer]) await page.getByText('Grace Hopper has joined the session').waitFor();
    await desk.page.getByText('1 of 5 specialists').waitFor();
    assert.deepEqual(await findings(desk.page), []);

    // The agent's screen, with the specialist's hands on it.
    await keepMoving(desk.page);
    await desk.page.getByRole('button', { name: 'Share my screen' }).click();
    for (const { page } of [specialist, customer]) {
      await seesFrames(page);
      assert.equal(await page.getByRole('application').count(), 0);
    }
    await choose(desk.page, 'Control keyboard and mouse');
    const keyboard = specialist.page.getByRole('application', { name: "Keyboard and mouse of Ari Agent's screen" });
    await keyboard.focus();
    await specialist.page.getByLabel('What you may do').getByText('Control keyboard and mouse').waitFor();
    await pointAt(specialist.page, 0.75, 0.5);
    await specialist.page.keyboard.type('hello');
    const pointer = desk.page.locator('.pointer', { hasText: 'Grace Hopper' });
    await pointer.getByText('hello').waitFor();
    for (const { page } of [desk, specialist]) {
      await keepsNobodyOut(page);
    }

    // What happens while the specialist's network is cut comes when it is back, once.
    await Promise.all([specialist.disconnect(), specialist.page.context().setOffline(true)]);
    await specialist.page.getByText('Reconnecting…').waitFor();
    await write(desk.page, 'While you were away.');
    await write(customer.page, 'I am here.');
    await choose(desk.page, 'View only');
    await desk.page.getByText('Specialist · View only').waitFor();
    specialist.reconnect();
    await specialist.page.context().setOffline(false);
    await specialist.page.getByText('I am here.').waitFor();
    await specialist.page.getByText('Reconnecting…').waitFor({ state: 'detached' });
    await keyboard.waitFor({ state: 'detached' });
    await write(specialist.page, 'Good.');
    await desk.page.getByText('Good.').waitFor();
    const conversation = ['While you were away.', 'I am here.', 'Good.'];
    for (const { page } of [desk, specialist, customer]) assert.deepEqual(await shownMessages(page), conversation);

    await cancelCode(desk.page, 'stay in the session');
    const late = await open(browsers[1], `/s/${code}`);
    await tryToJoinAs(late.page, 'Too late');
    await late.page.getByText('This code does not work').waitFor();
    await write(specialist.page, 'I am still here.');

    await openMenuOf(desk.page);
    await desk.page.getByRole('button', { name: 'Remove' }).click();
    assert.deepEqual(await findings(desk.page), []);
    await desk.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await specialist.page.getByText('it has ended, or you were removed').waitFor();
    await desk.page.getByText('0 of 5 specialists').waitFor();
    await focusIsSomewhere(desk.page);
    // Not even a page that holds on to the pictures keeps them; the customer does.
    await desk.page.waitForFunction(() => peers.filter((peer) => peer.connectionState === 'connected').length === 1);
    await desk.page.getByRole('button', { name: 'Stop sharing' }).click();
    await customer.page.locator('video').waitFor({ state: 'detached' });

    const again = await createInvitation(desk.page, 'Control keyboard and mouse');
    await specialist.page.goto(address(`/s/${again}`));
    await joinAs(specialist.page, 'Grace again');
    await desk.page.getByRole('button', { name: 'End session' }).click();
    assert.deepEqual(await findings(desk.page), []);
    await desk.page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await specialist.page.getByText('it has ended, or you were removed').waitFor();
    await desk.page.getByRole('button', { name: 'Start support session' }).waitFor();
    for (const { complaints } of [desk, specialist, customer, late]) assert.deepEqual(complaints.filter(unexpectedOfWhoIsOut), []);
  });

  test('who has joined by a code that is cancelled can be removed with it', async () => {
    const { room } = await invitedRoom('EMAIL', freshAddress());
    const desk = await atDesk(browsers[0], 'agent@demo.example', { ...clipboard, room });
    await startThrough(desk.page, 'Phone');
    const code = await createInvitation(desk.page, 'View only');
    const specialist = await open(browsers[2], `/s/${code}`);
    await joinAs(specialist.page, 'Grace Hopper');
    await cancelCode(desk.page, 'are removed, too');
    await specialist.page.getByText('it has ended, or you were removed').waitFor();
    await desk.page.getByText('0 of 5 specialists').waitFor();
    assert.deepEqual(desk.complaints, []);
  });

  test('specialists are invited as the portal allows: not at all, or with the right to view only', async () => {
    const name = `Viewing ${Date.now()}`;
    await mutate(
      `mutation ($name: String!) {
        createPortal(input: {name: $name, mode: WEB, allowsSpecialists: true}) { userErrors { code message } }
      }`,
      { name },
      await tokenOf('admin@demo.example'),
    );
    const rooms = [await invitedRoom('EMAIL', freshAddress()), await invitedRoom('EMAIL', freshAddress())];
    const { page } = await atDesk(browsers[0], 'agent@demo.example', { room: rooms[0].room });
    await startThrough(page, 'Queue');
    await page.getByRole('button', { name: 'Invite to session' }).click();
    await page.getByText('The portal Queue does not let them in').waitFor();
    assert.equal(await page.getByRole('button', { name: 'External specialists' }).isEnabled(), false);
    assert.deepEqual(await findings(page), []);

    await page.goto(address(`/desk#/rooms/${rooms[1].room.id}`));
    await startThrough(page, name);
    await page.getByRole('button', { name: 'Invite to session' }).click();
    await page.getByRole('button', { name: 'External specialists' }).click();
    await page.getByText(`The portal ${name} allows view only.`).waitFor();
    assert.equal(await page.getByLabel('Control keyboard and mouse').isEnabled(), false);
    await page.getByRole('button', { name: 'Create Invitation' }).click();
    await page.getByText('Their rights: View only.').waitFor();
  });

  test('a session that a colleague ends under a dialog, or a room that is closed, is told of in its place', async () => {
    const colleague = await tokenOf('second@demo.example');
    const [{ room }, { room: other }] = [await invitedRoom('EMAIL', freshAddress()), await invitedRoom('EMAIL', freshAddress())];
    const session = await startSession(colleague, room.id);
    await startSession(colleague, other.id);
    const { page, complaints } = await atDesk(browsers[0], 'agent@demo.example', { room });
    const dialog = page.getByRole('dialog', { name: 'The support session has ended' });
    const openIt = async () => {
      await page.getByRole('button', { name: 'Invite to session' }).click();
      await page.getByRole('button', { name: 'External specialists' }).click();
    };
    await openIt();
    await page.getByRole('button', { name: 'Create Invitation' }).click();
    await page.getByRole('button', { name: 'Cancel Invitation Code' }).click();
    await page.getByRole('radio', { name: 'stay in the session' }).waitFor();
    await endSession(colleague, session);
    await dialog.getByText('Somebody else has ended it').waitFor();
    await keepsNobodyOut(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await focusIsSomewhere(page);
    assert.equal(await page.getByRole('region', { name: 'Support session' }).count(), 0);

    await page.goto(address(`/desk#/rooms/${other.id}`));
    await page.getByRole('button', { name: 'End session' }).click();
    await closeRoom(colleague, other.id);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await focusIsSomewhere(page);
    assert.deepEqual(complaints, []);
  });

  test('a quality assessor sees a session, and is offered nothing to do with it', async () => {
    const { room, accessToken } = await invitedRoom('EMAIL', freshAddress());
    await startSession(accessToken, room.id);
    const { page, complaints } = await atDesk(browsers[0], await newMember('Quinn', 'Quality', { role: 'QUALITY_ASSESSOR' }), { room });
    await page.getByRole('region', { name: 'Support session' }).getByText('0 of 5 specialists').waitFor();
    for (const name of ['Invite to session', 'Share my screen', 'End session', 'Re-invite', 'New room', 'Send']) {
      assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    }
    assert.deepEqual(await findings(page), []);
    assert.deepEqual(complaints, []);
  });
});

async function startThrough(page, portal) {
  await page.getByRole('button', { name: 'Start support session' }).click();
  await page.getByRole('radio', { name: portal, exact: true }).check();
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('region', { name: 'Support session' }).waitFor();
}

// Creates a code at the desk and gives it; the dialog that shows how to pass it on is closed again.
async function createInvitation(page, rights) {
  await openInvitation(page);
  await page.getByLabel(rights).check();
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: 'Create Invitation' }).click();
  await page.getByText(`Their rights: ${rights}.`).waitFor();
  const code = await page.locator('.code').innerText();
  await page.getByRole('dialog').getByText('Close').click();
  return code;
}

async function openInvitation(page) {
  await page.getByRole('button', { name: 'Invite to session' }).click();
  await page.getByRole('button', { name: 'External specialists' }).click();
}

// Every way to pass a code on.
async function passOn(page, code) {
  await openInvitation(page);
  await page.getByRole('heading', { name: 'Invitation code' }).waitFor();
  const link = address(`/s/${code}`);
  for (const [what, copied] of [['code', code], ['link', link], ['text', `${link} or with the code ${code}.`]]) {
    await page.getByRole('button', { name: `Copy ${what}` }).click();
    await page.waitForFunction(async (copied) => (await navigator.clipboard.readText()).endsWith(copied), copied);
  }
  const expert = freshAddress();
  await page.getByLabel('Email address').fill(expert);
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  await page.getByText(`on its way to ${expert}`).waitFor();
  assert.equal(await linkTokenSentTo(expert, 's'), code);
  assert.deepEqual(await findings(page), []);
  await page.getByRole('dialog').getByText('Close').click();
}

async function cancelCode(page, joined) {
  await openInvitation(page);
  await page.getByRole('button', { name: 'Cancel Invitation Code' }).click();
  await page.getByLabel(joined).check();
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: 'Cancel Invitation Code' }).click();
  await page.getByRole('button', { name: 'Create Invitation' }).waitFor();
  await focusIsSomewhere(page);
  await page.getByRole('dialog').getByText('Close').click();
}

function openMenuOf(page) {
  return page.getByRole('button', { name: 'Change what Grace Hopper may do' }).click();
}

async function choose(page, rights) {
  await openMenuOf(page);
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: rights }).click();
}

async function tryToJoinAs(page, name) {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function joinAs(page, name) {
  await tryToJoinAs(page, name);
  await page.getByText(`${name} has joined the session`).waitFor();
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
