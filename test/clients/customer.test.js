// The customer's room in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import { bodiesIn, closeRoom, documentsIn, freshAddress, freshNumber, mergeRooms, revokeLinks, send, setTyping } from './lib/demo.js';
import { pdf, picture } from './lib/files.js';
import { Follower, overSocket } from './lib/follow.js';
import {
  atDesk,
  enterRoom,
  hasReconnected,
  holdAnswers,
  invitedRoom,
  loseTheNextAnswer,
  rememberStatuses,
  share,
  shownMessages,
  sideways,
  unexpected,
  write,
} from './lib/pages.js';
import { address, graphqlUrl } from './lib/server.js';

const member = 'second@demo.example';
const phone = { viewport: { width: 360, height: 740 } };

describe("in the customer's room", { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  // A phone in a room, and what the customer's link is.
  async function phoneInRoom(options) {
    const invited = await invitedRoom('EMAIL', freshAddress(), member);
    const opened = await open(browser, `/r/${invited.token}`, { ...phone, ...options });
    await enterRoom(opened.page);
    return { ...invited, ...opened };
  }

  test('a customer enters by the link, talks, loses the connection, and stays in after a reload', async () => {
    const { accessToken, room, token } = await invitedRoom('SMS', freshNumber(), member);
    await send(accessToken, room.id, 'Before you came.');
    const desk = new Follower(overSocket, accessToken, room.id, room.lastCursor);
    const { page, complaints, requests, cutSockets } = await open(browser, `/r/${token}`, phone);
    await desk.untilStatus('OPENED');
    await wellMade(page);

    await page.getByRole('button', { name: 'Enter the room' }).click();
    await page.getByText('Before you came.').waitFor();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await desk.untilStatus('JOINED');
    await page.getByRole('list', { name: 'Who is here' }).getByText('You').waitFor();

    await write(page, 'Hello!');
    await desk.untilMessage('Hello!');
    await setTyping(accessToken, room.id);
    await page.getByText('Sam Second is typing…').waitFor();
    await send(accessToken, room.id, 'Welcome.');
    await page.getByText('Welcome.').waitFor();
    await page.getByText('Sam Second is typing…').waitFor({ state: 'detached' });

    await cutSockets();
    await page.getByText('Reconnecting…').waitFor();
    await send(accessToken, room.id, 'While you were away.');
    await page.getByText('While you were away.').waitFor();
    await page.getByText('Reconnecting…').waitFor({ state: 'detached' });

    const conversation = ['Before you came.', 'Hello!', 'Welcome.', 'While you were away.'];
    assert.deepEqual(await shownMessages(page), conversation);
    await wellMade(page);
    await page.reload();
    await page.getByText('While you were away.').waitFor();
    assert.deepEqual(await shownMessages(page), conversation);

    assert.deepEqual(complaints, []);
    assert.deepEqual(requests.filter((url) => url.includes(token) && url !== address(`/r/${token}`)), []);
    await desk.close();
  });

  test('what is written while the network is away arrives once, and nothing is missed', async () => {
    const { accessToken, room, page, complaints, disconnect, reconnect } = await phoneInRoom();
    await loseTheNextAnswer(page, 'Send');
    await write(page, 'Its answer is lost.');

    await Promise.all([disconnect(), page.context().setOffline(true)]);
    await page.getByText('Reconnecting…').waitFor();
    await send(accessToken, room.id, 'While you were away.');
    await page.getByLabel('Your message').fill('Written without a network.');
    await page.keyboard.press('Enter');
    await page.getByText('Not sent yet').waitFor();
    assert.equal(await page.getByLabel('Your message').inputValue(), 'Written without a network.');
    await wellMade(page);
    reconnect();
    await page.context().setOffline(false);
    await page.locator('.message', { hasText: 'Written without a network.' }).waitFor();
    await page.locator('.message', { hasText: 'While you were away.' }).waitFor();

    const conversation = ['Its answer is lost.', 'While you were away.', 'Written without a network.'];
    assert.deepEqual(await shownMessages(page), conversation);
    await page.reload();
    await page.getByText('Written without a network.').waitFor();
    assert.deepEqual(await shownMessages(page), conversation);
    assert.deepEqual(complaints.filter(unexpected), []);
  });

  test('a picture from the phone is at the desk with its thumbnail, and opens in a popup that Escape and going back close', async () => {
    const { room, page, complaints } = await phoneInRoom();
    const desk = await atDesk(browser, member, { room });
    await share(page, picture('meter.png', 1200, 900));
    for (const side of [page, desk.page]) {
      const thumbnail = side.getByRole('button', { name: 'Open meter.png' }).locator('img');
      await thumbnail.waitFor();
      await side.waitForFunction((image) => image.naturalWidth > 0, await thumbnail.elementHandle());
      assert.deepEqual(await thumbnail.evaluate((image) => [image.naturalWidth, image.width, image.height]), [320, 256, 192]);
    }
    assert.equal(await page.locator('.message', { hasText: 'Sam Second' }).count(), 0);

    for (const close of [() => page.keyboard.press('Escape'), () => page.goBack(), () => page.getByRole('button', { name: 'Close' }).click()]) {
      await page.getByRole('button', { name: 'Open meter.png' }).click();
      const popup = page.getByRole('dialog', { name: 'meter.png' });
      await popup.waitFor();
      await page.waitForFunction(() => document.querySelector('dialog img')?.naturalWidth === 1200);
      await wellMade(page);
      await close();
      await popup.waitFor({ state: 'detached' });
      await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    }
    assert.deepEqual([...complaints, ...desk.complaints], []);
  });

  test('a picture takes its place before it has come', async () => {
    const { page } = await phoneInRoom();
    await page.route('**/thumbnail/**', () => {}); // it never comes
    await share(page, picture('tower.png', 300, 1200));
    const image = page.getByRole('button', { name: 'Open tower.png' }).locator('img');
    await image.waitFor();
    assert.deepEqual(await image.evaluate(({ offsetWidth, offsetHeight }) => [offsetWidth, offsetHeight]), [60, 240]);
  });

  test('a PDF is read by scrolling and by choosing a page, under the strict policy, and its address may end meanwhile', async () => {
    const { page, complaints, requests } = await phoneInRoom();
    await share(page, pdf('offer.pdf', Array.from({ length: 12 }, (_, i) => `This is page ${i + 1}.`)));
    await page.getByText('12 pages').waitFor();
    assert.deepEqual(requests.filter((url) => /pdf.*js$/.test(url)), [], 'pdf.js is loaded before it is needed');

    await endFirst(page, '**/original/**');
    await page.getByRole('button', { name: 'offer.pdf', exact: true }).click();
    await page.getByText('This is page 1.', { exact: true }).waitFor();
    await page.getByText('of 12').waitFor();
    assert.equal(await drawn(page, 1), true);
    assert.equal(await page.getByText('This is page 12.').count(), 0, 'a page far away is drawn');
    await wellMade(page);

    const chosen = page.getByLabel('Page', { exact: true });
    await page.getByRole('group', { name: 'Pages' }).focus();
    for (const key of ['PageDown', 'PageDown', 'PageDown']) await page.keyboard.press(key);
    await page.waitForFunction(() => Number(document.querySelector('.choice input').value) > 1);
    await chosen.fill('12');
    await page.keyboard.press('Enter');
    await page.getByText('This is page 12.', { exact: true }).waitFor();
    await page.waitForFunction(() => document.querySelector('.choice input').value === '12');
    await page.getByText('This is page 1.', { exact: true }).waitFor({ state: 'detached' });

    await chosen.fill('5');
    await page.keyboard.press('Enter');
    await page.getByText('This is page 5.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Larger' }).click();
    await page.waitForFunction(() => document.querySelector('.page').offsetWidth > innerWidth);
    await page.waitForFunction(() => document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('[aria-label="Page 5"]'));
    assert.equal(await chosen.inputValue(), '5');
    assert.equal(await sideways(page), 0);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(complaints.filter((complaint) => !complaint.includes('410 (Gone)')), []);
  });

  test('any other document is opened in a tab', async () => {
    const { page, complaints } = await phoneInRoom();
    await share(page, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('As agreed.') });
    const opened = page.waitForEvent('popup');
    const saved = page.context().waitForEvent('page').then((tab) => tab.waitForEvent('download'));
    await page.getByRole('button', { name: 'notes.txt', exact: true }).click();
    await opened;
    assert.equal((await saved).suggestedFilename(), 'notes.txt');
    assert.deepEqual(complaints, []);
  });

  test('a document whose upload breaks off goes on where it broke, and arrives once', async () => {
    const { accessToken, room, page, complaints } = await phoneInRoom();
    const file = { name: 'large.csv', mimeType: 'text/csv', buffer: Buffer.alloc(400_000, '1,') };
    const wentOnAt = await breakTheNextUpload(page, file.buffer, 150_000);
    await loseTheNextAnswer(page, 'Share');
    await share(page, file);
    await page.locator('.message', { hasText: 'large.csv' }).waitFor();
    await page.getByText('large.csv was shared.').waitFor({ state: 'attached' });
    assert.deepEqual(wentOnAt, ['150000']);
    assert.deepEqual(await documentsIn(accessToken, room.id), [{ filename: 'large.csv', size: 400_000 }]);
    assert.equal(await page.locator('.message', { hasText: 'large.csv' }).count(), 1);
    assert.equal(await page.getByRole('list', { name: 'Documents on their way' }).count(), 0);
    assert.deepEqual(complaints.filter(unexpected), []);
  });

  test('several documents go one after the other; what is refused is said at the file; one can be cancelled', async () => {
    const { accessToken, room, page, complaints } = await phoneInRoom();
    await holdUploads(page, 'b.txt');
    const text = (name) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`This is ${name}`) });
    await share(page, text('a.txt'), { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>1</script>') }, text('b.txt'), text('c.txt'));
    const list = page.getByRole('list', { name: 'Documents on their way' });
    const entry = (name) => list.getByRole('listitem').filter({ hasText: name });
    await entry('page.html').getByRole('alert').filter({ hasText: 'could run' }).waitFor();
    await entry('b.txt').getByText('sharing…').waitFor();
    await entry('c.txt').getByText('waiting').waitFor();
    await wellMade(page);
    await entry('b.txt').getByRole('button', { name: 'Cancel b.txt' }).click();
    await page.locator('.message', { hasText: 'c.txt' }).waitFor();
    await entry('page.html').getByRole('button', { name: 'Dismiss page.html' }).click();
    await list.waitFor({ state: 'detached' });
    assert.deepEqual((await documentsIn(accessToken, room.id)).map(({ filename }) => filename), ['a.txt', 'c.txt']);

    await share(page, { name: 'huge.csv', mimeType: 'text/csv', buffer: Buffer.alloc(25 * 2 ** 20 + 1) });
    await entry('huge.csv').getByRole('alert').filter({ hasText: '26214400 bytes' }).waitFor();
    assert.deepEqual(complaints.filter((complaint) => !complaint.includes('415 (Unsupported Media Type)')), []);
  });

  test('a member drops a document onto the desk, where it is said how far it is, and the customer sees it', async () => {
    const { room, page } = await phoneInRoom();
    const desk = await atDesk(browser, member, { room });
    await desk.page.getByRole('button', { name: 'Share Docs' }).click();
    const dialog = desk.page.getByRole('dialog', { name: 'Share documents' });
    await dialog.getByRole('button', { name: 'Choose your document' }).waitFor();
    await wellMade(desk.page);
    await drop(desk.page, '.drop-place', 'offer.txt', 'As agreed.');
    await dialog.getByText('offer.txt was shared.').waitFor();
    await page.locator('.message', { hasText: 'offer.txt' }).waitFor();
    await desk.page.keyboard.press('Escape');
    await drop(desk.page, '.log', 'second.txt', 'Dropped onto the timeline.');
    await page.locator('.message', { hasText: 'second.txt' }).waitFor();
    assert.deepEqual(desk.complaints, []);
  });

  test('what was written before comes when one scrolls up to it, nothing jumps, and news are told of', async () => {
    const { accessToken, room, token } = await invitedRoom('EMAIL', freshAddress(), member);
    for (let i = 1; i <= 40; i++) await send(accessToken, room.id, `Message ${i}.`);
    const { page, complaints } = await open(browser, `/r/${token}`, phone);
    await enterRoom(page);
    await page.getByText('Message 40.').waitFor();
    const log = page.getByRole('log');
    assert.ok((await fromEnd(log)) < 2, 'the newest cannot be seen');
    assert.equal(await page.getByText('Message 10.', { exact: true }).count(), 0);

    await page.getByRole('list', { name: 'Who is here' }).getByText('You').waitFor();
    const looked = page.locator('.message .body', { hasText: 'Message 18.' });
    const answer = await holdAnswers(page, 'History');
    await log.evaluate((element) => (element.scrollTop = 100));
    const before = await looked.boundingBox();
    answer();
    await page.getByText('Message 10.', { exact: true }).waitFor({ state: 'attached' });
    const { y } = await looked.boundingBox();
    assert.ok(Math.abs(y - before.y) < 2, `moved by ${y - before.y}`);

    await send(accessToken, room.id, 'The newest.');
    await page.getByRole('button', { name: 'New messages' }).waitFor();
    assert.ok((await fromEnd(log)) > 100, 'it has jumped to the end');
    await wellMade(page);
    await page.getByRole('button', { name: 'New messages' }).click();
    await page.getByRole('button', { name: 'New messages' }).waitFor({ state: 'detached' });
    assert.ok((await fromEnd(log)) < 2);
    assert.equal(await page.locator('.day').innerText(), 'Today');
    assert.equal((await shownMessages(page)).length, 41);
    assert.deepEqual(complaints, []);
  });

  test('what was written at one moment is in the order of the room, however it is read', async () => {
    const { accessToken, room, token } = await invitedRoom('EMAIL', freshAddress(), member);
    await Promise.all(Array.from({ length: 45 }, (_, i) => send(accessToken, room.id, `Message ${i}.`)));
    const { page } = await open(browser, `/r/${token}`, phone);
    await enterRoom(page);
    await page.waitForFunction(() => {
      document.querySelector('.log').scrollTop = 0;
      return document.querySelectorAll('.message .body').length === 45;
    });
    assert.deepEqual(await shownMessages(page), await bodiesIn(accessToken, room.id));
  });

  test('a customer sees that the room is closed, and cannot write any more', async () => {
    const { accessToken, room, page, complaints } = await phoneInRoom();
    // The page reads what was there once: if the first of two is part of it, the second came live.
    for (const body of ['Thank you.', 'Goodbye.']) {
      await send(accessToken, room.id, body);
      await page.getByText(body).waitFor();
    }

    await closeRoom(accessToken, room.id);
    await page.getByText('This room is closed.').waitFor();
    assert.equal(await page.getByLabel('Your message').isVisible(), false);
    assert.deepEqual(await shownMessages(page), ['Thank you.', 'Goodbye.']);
    await wellMade(page);
    assert.deepEqual(complaints, []);
  });

  test('a customer is told why nothing can be written into a room that has timed out, and keeps the text', async () => {
    const { page } = await phoneInRoom();
    await page.route(graphqlUrl, (route) => {
      if (route.request().postDataJSON()?.operationName !== 'Send') return route.fallback();
      const userErrors = [{ __typename: 'UserError', code: 'ROOM_TIMED_OUT', message: 'Call us, please.', field: ['roomId'] }];
      return route.fulfill({ json: { data: { sendMessage: { __typename: 'SendMessagePayload', message: null, userErrors } } } });
    });
    await page.getByLabel('Your message').fill('Still here?');
    await page.keyboard.press('Enter');
    await page.getByText('Call us, please.').waitFor();
    assert.equal(await page.getByLabel('Your message').inputValue(), 'Still here?');
    await wellMade(page);
  });

  test('a customer goes on where their room has gone, and sees what was written there', async () => {
    const other = await invitedRoom('SMS', freshNumber(), member);
    const { accessToken, room, page, complaints } = await phoneInRoom({ init: rememberStatuses });
    await send(accessToken, other.room.id, 'First, in the other room.');
    await send(accessToken, room.id, 'Second, here.');
    await page.getByText('Second, here.').waitFor();

    await mergeRooms(accessToken, room.id, other.room.id);
    await page.getByText('First, in the other room.').waitFor();
    await send(accessToken, other.room.id, 'Third, in the one room.');
    await page.getByText('Third, in the one room.').waitFor();
    await write(page, 'Fourth, by the customer.');
    const conversation = ['First, in the other room.', 'Second, here.', 'Third, in the one room.', 'Fourth, by the customer.'];
    assert.deepEqual(await shownMessages(page), conversation);
    assert.equal(await hasReconnected(page), false);
    await page.reload();
    await page.getByText('Fourth, by the customer.').waitFor();
    assert.deepEqual(await shownMessages(page), conversation);
    assert.deepEqual(complaints, []);
  });

  test('a customer whose link is revoked is out, and the link leads in no more', async () => {
    const { accessToken, room, page } = await phoneInRoom();
    await write(page, 'Hello!');
    await revokeLinks(accessToken, room.id);
    await page.getByText('Please enter the room again.').waitFor();
    assert.equal(await page.getByText('Hello!').count(), 0);
    await page.getByRole('button', { name: 'Enter the room' }).click();
    await page.getByRole('status').filter({ hasText: /\w+ .+\./ }).waitFor();
    await page.getByRole('button', { name: 'Enter the room' }).waitFor({ state: 'detached' });
  });

  test('a link that was made up is refused with a sentence', async () => {
    const { page } = await open(browser, '/r/made-up', phone);
    await page.getByRole('button', { name: 'Enter the room' }).click();
    await page.getByRole('status').filter({ hasText: /\w+ .+\./ }).waitFor();
    await page.getByRole('button', { name: 'Enter the room' }).waitFor({ state: 'detached' });
    await wellMade(page);
  });

  test('a page that nobody looks at is not reported as seen', async () => {
    const { accessToken, room, token } = await invitedRoom('EMAIL', freshAddress(), member);
    const desk = new Follower(overSocket, accessToken, room.id, room.lastCursor);
    const hide = () => Object.defineProperty(document, 'visibilityState', { get: () => window.shown ?? 'hidden' });
    const { page, requests } = await open(browser, `/r/${token}`, { ...phone, init: hide });
    await page.getByRole('button', { name: 'Enter the room' }).waitFor();
    const reports = () => requests.filter((url) => url === address(`/r/${token}`)).length - 1; // the first is the page
    assert.equal(reports(), 0);
    await page.evaluate(() => {
      window.shown = 'visible';
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await desk.untilStatus('OPENED');
    assert.equal(reports(), 1);
    await desk.close();
  });
});

// Nothing keeps people out, in light and dark, and nothing goes beyond a small screen.
async function wellMade(page) {
  assert.deepEqual(await findings(page), []);
  assert.equal(await sideways(page), 0);
}

// Ends the first address of a kind that is asked for.
async function endFirst(page, pattern) {
  let ended;
  await page.route(pattern, (route) => {
    ended ??= route.request().url();
    return route.request().url() === ended ? route.fulfill({ status: 410 }) : route.continue();
  });
}

// Whether there is something on a page of a PDF.
function drawn(page, number) {
  return page.getByRole('region', { name: `Page ${number}`, exact: true }).locator('canvas').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, i) => i % 4 < 3 && value < 100);
  });
}

// Breaks the next upload when so many bytes have come, and notes where others go on.
async function breakTheNextUpload(page, bytes, many) {
  const wentOnAt = [];
  await page.route('**/files/*/upload?*', async (route) => {
    const request = route.request();
    if (request.method() === 'PATCH') wentOnAt.push(request.headers()['upload-offset']);
    if (request.method() !== 'PUT') return route.continue();
    await fetch(request.url(), { method: 'PUT', body: bytes.subarray(0, many) });
    await route.abort();
  });
  return wentOnAt;
}

// Lets the bytes of a text file be on their way for ever.
async function holdUploads(page, name) {
  await page.route('**/files/*/upload?*', (route) => {
    if (route.request().postData() !== `This is ${name}`) return route.continue();
  });
}

function drop(page, selector, name, text) {
  return page.locator(selector).evaluate(
    (element, [name, text]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], name, { type: 'text/plain' }));
      for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
}

// How far a box is from being scrolled to its end, in pixels.
function fromEnd(box) {
  return box.evaluate(({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight);
}
