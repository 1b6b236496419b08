// The members' desk in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings } from './lib/axe.js';
import { launch, loseTheNextAnswer, noBrowser, open } from './lib/browser.js';
import { freshNumber, linkTokenSentTo, tokenOf } from './lib/demo.js';
import { address, mutate, run } from './lib/server.js';

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

    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await findings(page), [], colorScheme);
    }
    await page.setViewportSize({ width: 360, height: 720 });
    assert.deepEqual(await findings(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await page.getByRole('link', { name: 'Rooms' }).click();
    await page.getByRole('link', { name: 'Ada Lovelace' }).first().waitFor();
    assert.deepEqual(await findings(page), []);
    assert.deepEqual(desk.complaints.filter(unexpected), []);
    assert.deepEqual(customer.complaints, []);
  });

  test('a customer texts, an agent who is ready is offered the chat, answers, and ends it', async () => {
    const { page, complaints } = await open(browser, '/desk', { viewport: { width: 1280, height: 800 } });
    await signIn(page, 'second@demo.example');
    await setNotReady('agent@demo.example'); // whoever is idle for longer would be asked first
    await setState(page, 'Ready');
    const customer = freshNumber();
    await textFrom(customer, 'Is anybody there?');
    const offer = page.getByRole('region', { name: 'Offered chat' });
    await offer.getByText(customer).waitFor();
    assert.deepEqual(await findings(page), []);
    await offer.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('heading', { name: customer }).waitFor();
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
    await setState(page, 'Not ready', 'Lunch');
    assert.deepEqual(complaints, []);
  });

  test('an agent begins to text, with a service and a number', async () => {
    const { page, complaints } = await open(browser, '/desk', { viewport: { width: 360, height: 720 } });
    await signIn(page, 'second@demo.example');
    await page.getByRole('link', { name: 'Text messages' }).click();
    await page.getByRole('link', { name: 'New' }).click();
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
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    assert.deepEqual(complaints, []);
  });
});

async function setState(page, state, reason) {
  await page.getByRole('button', { name: 'My state' }).click();
  await page.getByLabel(state, { exact: true }).check();
  if (reason) await page.getByLabel('Reason').fill(reason);
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: `My state: ${[state, reason].filter(Boolean).join(' – ')}` }).waitFor();
}

async function setNotReady(email) {
  await mutate('mutation { setAgentState(input: {state: NOT_READY, reason: "Away"}) { userErrors { message } } }', {}, await tokenOf(email));
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

async function signIn(page, email) {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('parley-demo');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Rooms' }).waitFor();
}

async function write(page, body) {
  await page.getByLabel('Your message').fill(body);
  await page.keyboard.press('Enter');
  await page.locator('.message', { hasText: body }).waitFor();
}

// What the browser remarks of requests that are cut off.
function unexpected(complaint) {
  return !/net::ERR_(INTERNET_DISCONNECTED|FAILED)/.test(complaint);
}

function shownMessages(page) {
  return page.locator('.message:not([data-side=SYSTEM]) .body').allInnerTexts();
}
