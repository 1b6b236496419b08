// What people do on the pages, and what can happen to them there.
import { open } from './browser.js';
import { createRoom, freshAddress, invite, inviteMember, linkTokenSentTo, register, tokenOf } from './demo.js';
import { graphqlUrl } from './server.js';

/**
 * A room with a customer who has been invited, `{accessToken, room, token}`: of a member, and of the customer's link. Each member may
 * invite 30 times an hour.
 */
export async function invitedRoom(channel, recipient, member = 'lead@demo.example') {
  const accessToken = await tokenOf(member);
  const room = await createRoom(accessToken);
  await invite(accessToken, room.id, channel, recipient);
  return { accessToken, room, token: await linkTokenSentTo(recipient) };
}

/** Somebody who has just become a member of the demo organisation; gives their address. */
export async function newMember(firstName, lastName, attributes) {
  const email = freshAddress();
  await inviteMember(await tokenOf('admin@demo.example'), email, attributes);
  await register(email, firstName, lastName);
  return email;
}

/** Signs in at the desk. */
export async function signIn(page, email) {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('parley-demo');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Rooms' }).waitFor();
}

/** A member's desk once they have signed in, with a room open if one is given. */
export async function atDesk(browser, email, { room, ...options } = {}) {
  const path = room ? `/desk#/rooms/${room.id}` : '/desk';
  const desk = await open(browser, path, { viewport: { width: 1280, height: 800 }, ...options });
  await signIn(desk.page, email);
  if (room) await desk.page.getByRole('article').getByRole('heading').waitFor();
  return desk;
}

/** Signs out at the desk. */
export async function signOut(page) {
  await page.getByRole('button', { name: 'Signed in as' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Email').waitFor();
}

export async function enterRoom(page) {
  await page.getByRole('button', { name: 'Enter the room' }).click();
  await page.getByLabel('Your message').waitFor();
}

/** Writes into a room, and waits until that is in it, and the box is ready for more. */
export async function write(page, body) {
  await page.getByLabel('Your message').fill(body);
  await page.keyboard.press('Enter');
  await page.locator('.message', { hasText: body }).waitFor();
  await page.waitForFunction(() => document.querySelector('.composer textarea').value === '');
}

/** Shares files, `{name, mimeType, buffer}`. */
export function share(page, ...files) {
  return page.locator('.composer input[type=file]').setInputFiles(files);
}

/** What people have written, from top to bottom. */
export function shownMessages(page) {
  return page.locator('.message:not([data-side=SYSTEM]) .body').allInnerTexts();
}

/** Has the server answer an operation without the page hearing of it, once. `lost` is fulfilled when that has happened. */
export async function loseTheNextAnswer(page, operation) {
  let tell;
  const lost = new Promise((resolve) => (tell = resolve));
  let waits = true;
  await page.route(graphqlUrl, async (route) => {
    if (!waits || route.request().postDataJSON()?.operationName !== operation) return route.fallback();
    waits = false;
    await route.fetch();
    await route.abort();
    tell();
  });
  return { lost };
}

/** Keeps what is asked by an operation from the server until the function that it gives is called. */
export async function holdAnswers(page, operation) {
  let answer;
  const released = new Promise((resolve) => (answer = resolve));
  await page.route(graphqlUrl, async (route) => {
    if (route.request().postDataJSON()?.operationName === operation) await released;
    return route.fallback();
  });
  return answer;
}

/** Whether a complaint is more than what the browser remarks of requests and sockets that are cut off. */
export function unexpected(complaint) {
  return !/net::ERR_(INTERNET_DISCONNECTED|FAILED)|already in CLOSING or CLOSED state/.test(complaint);
}

/** The same of a page whose access ends: what is on its way at that moment is refused. */
export function unexpectedOfWhoIsOut(complaint) {
  return unexpected(complaint) && !/401 \(Unauthorized\)/.test(complaint);
}

/** To run in a page, as `init`: keeps in `statuses` what the page has said. */
export function rememberStatuses() {
  window.statuses = [];
  const observer = new MutationObserver(() => {
    document.querySelectorAll('[role=status]').forEach((status) => statuses.push(status.textContent));
  });
  observer.observe(document, { childList: true, characterData: true, subtree: true });
}

/** Whether a page that remembers its statuses has said that it was reconnecting. */
export function hasReconnected(page) {
  return page.evaluate(() => statuses.includes('Reconnecting…'));
}

/** Whether something on a page has the focus. */
export function hasFocus(locator) {
  return locator.evaluate((element) => element === document.activeElement);
}

/** How far a page can be scrolled sideways, in pixels. */
export function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Waits until something has the focus that is in sight, and not the page as a whole: who uses the keyboard goes on from there. */
export function focusIsSomewhere(page) {
  return page.waitForFunction(() => document.activeElement !== document.body && document.activeElement.checkVisibility());
}
