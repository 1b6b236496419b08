// The administration of the desk in a real browser: npm run test:browser. Skipped where no Chromium is installed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keepsNobodyOut } from './lib/axe.js';
import { launch, noBrowser, open } from './lib/browser.js';
import { freshAddress, linkTokenSentTo, tokenOf } from './lib/demo.js';
import { atDesk, focusIsSomewhere, loseTheNextAnswer } from './lib/pages.js';
import { address, mutate, run } from './lib/server.js';

describe('administrators', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test('invite many at once, of whom each gets a result, and who follows the link has what was chosen', async () => {
    const { page, complaints } = await administer(browser, 'admin@demo.example');
    const [joining, mended] = [freshAddress(), freshAddress()];
    await page.getByRole('link', { name: 'Invite members' }).click();
    await keepsNobodyOut(page);
    await page.getByRole('radio', { name: 'Team leader' }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('heading', { name: 'What is each team leader given?' }).waitFor();
    await keepsNobodyOut(page);
    await page.getByRole('group', { name: 'Channels' }).getByLabel('Email').check();
    await page.getByLabel('Class of service').selectOption('Local (excluding mobile)');
    await page.getByRole('group', { name: 'Services' }).getByLabel('Support').check();
    await page.getByRole('group', { name: 'Sites' }).getByLabel('London').check();
    await page.getByRole('group', { name: 'Skills' }).getByLabel('French').check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Back' }).click();
    assert.ok(await page.getByRole('group', { name: 'Skills' }).getByLabel('French').isChecked());
    await page.getByRole('button', { name: 'Next' }).click();

    const typed = page.getByLabel('Email address');
    await typed.fill('half-typed@');
    await page.goBack();
    await page.getByRole('group', { name: 'Skills' }).getByLabel('English').check();
    await page.goBack();
    await page.getByRole('heading', { name: 'What are they going to be?' }).waitFor();
    assert.ok(await page.getByRole('radio', { name: 'Team leader' }).isChecked());
    await page.getByRole('button', { name: 'Next' }).click();
    assert.ok(await page.getByRole('group', { name: 'Skills' }).getByLabel('English').isChecked());
    await page.getByRole('group', { name: 'Skills' }).getByLabel('English').uncheck();
    assert.ok(await page.getByRole('group', { name: 'Skills' }).getByLabel('French').isChecked());
    await page.getByRole('button', { name: 'Next' }).click();
    assert.equal(await typed.inputValue(), 'half-typed@');
    await typed.fill('');
    const listed = page.getByRole('list', { name: 'Addresses' }).getByRole('listitem');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByText('Give at least one address.').waitFor();
    await typed.fill('not-an-address');
    await page.getByRole('button', { name: 'Add Email' }).click();
    await paste(typed, `${joining}\nAGENT@demo.example; ${joining.toUpperCase()}`);
    assert.deepEqual(await listed.locator('span').allInnerTexts(), ['not-an-address', joining, 'AGENT@demo.example']);
    await typed.fill('surplus@customer.example');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take out surplus@customer.example' }).click();
    assert.equal(await listed.count(), 3);
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Invite 3 people' }).click();
    await page.getByRole('status').filter({ hasText: '1 invitation is sent. 2 addresses could not be invited.' }).waitFor();
    await listed.filter({ hasText: 'not-an-address' }).getByText('This is not an email address').waitFor();
    await listed.filter({ hasText: 'AGENT@demo.example' }).getByText("This address is a member's.").waitFor();
    await page.getByRole('list', { name: 'Invited' }).getByText(joining).waitFor();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Take out AGENT@demo.example' }).click();
    await page.getByRole('button', { name: 'Mend not-an-address' }).click();
    assert.equal(await typed.inputValue(), 'not-an-address');
    await typed.fill(mended);
    await page.getByRole('button', { name: 'Invite', exact: true }).click(); // what is typed counts, though it was not added
    await page.getByRole('list', { name: 'Invited' }).getByText(mended).waitFor();

    await page.getByRole('link', { name: 'See all invitations' }).click();
    const invitation = page.getByRole('listitem').filter({ hasText: joining });
    await invitation.getByText('Team leader · Local (excluding mobile)').waitFor();
    await keepsNobodyOut(page);
    const joiner = await open(browser, `/join/${await linkTokenSentTo(joining, 'join')}`);
    await joiner.page.getByLabel('First name').fill('Grace');
    await joiner.page.getByLabel('Last name').fill('Hopper');
    await joiner.page.getByLabel('Password').fill('a compiler of my own');
    await joiner.page.getByRole('button', { name: 'Join' }).click();
    await joiner.page.getByText('Grace Hopper').waitFor();

    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))); // as if one came back from another tab
    await invitation.waitFor({ state: 'detached' });
    await section(page, 'Members');
    await keepsNobodyOut(page);
    await page.getByRole('listitem').filter({ hasText: joining }).getByRole('link', { name: 'Grace Hopper' }).click();
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    await keepsNobodyOut(page);
    assert.ok(await page.getByRole('radio', { name: 'Team leader' }).isChecked());
    assert.equal(await page.getByLabel('Class of service').inputValue(), 'LOCAL_EXCLUDING_MOBILE');
    assert.deepEqual(await ticked(page), ['Email', 'Support', 'London', 'French']);

    await page.getByLabel('First name').fill('');
    await page.getByLabel('First name').evaluate((input) => input.removeAttribute('required')); // the server's answer is wanted
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true');
    await page.getByLabel('First name').fill('Amazing');
    await page.getByRole('radio', { name: 'Quality assessor' }).check();
    await page.getByRole('checkbox', { name: 'Support' }).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Amazing Hopper is saved.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Amazing Hopper' }).waitFor();
    assert.ok(await page.getByRole('radio', { name: 'Quality assessor' }).isChecked());
    assert.deepEqual(await ticked(page), ['Email', 'London', 'French']);
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await keepsNobodyOut(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await page.getByText('Amazing Hopper is no longer a member.').waitFor();
    assert.equal(await page.getByRole('listitem').filter({ hasText: joining }).count(), 0);

    await revoke(page, mended);
    assert.deepEqual(complaints, []);
    assert.deepEqual(joiner.complaints, []);
  });

  test('resend an invitation, whose old link ends, and revoke it', async () => {
    const { page, complaints } = await administer(browser, 'admin@demo.example');
    const email = freshAddress();
    await invite(page, email);
    await page.getByRole('list', { name: 'Invited' }).getByText(email).waitFor();
    const first = await linkTokenSentTo(email, 'join');

    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('region', { name: 'Invitations' }).getByRole('link', { name: 'Invitations' }).click();
    await page.getByRole('button', { name: `Resend to ${email}` }).click();
    await keepsNobodyOut(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Resend' }).click();
    await page.getByText(`The invitation of ${email} is sent again.`).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Resend');
    await untilSent(email, 2);
    const second = await linkTokenSentTo(email, 'join');
    assert.notEqual(second, first);
    assert.deepEqual(await refusalOf(first), ['LINK_INVALID']);

    await revoke(page, email);
    assert.deepEqual(await refusalOf(second), ['LINK_INVALID']);
    await page.getByLabel('Show').selectOption('Revoked');
    await page.getByRole('listitem').filter({ hasText: email }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('invite each once when the network is cut in the middle of it', async () => {
    const { page } = await administer(browser, 'admin@demo.example');
    const emails = [freshAddress(), freshAddress()];
    let asked = 0;
    await page.route('**/graphql', async (route) => {
      if (route.request().postDataJSON()?.operationName !== 'InviteMembers' || asked++ > 0) return route.fallback();
      await route.fetch(); // it is done, and nobody hears of it
      await page.context().setOffline(true);
      await route.abort();
    });
    await invite(page, emails.join(' '));
    await page.waitForFunction(() => !navigator.onLine);
    await page.context().setOffline(false);
    await page.getByText('2 invitations are sent.').waitFor();
    assert.ok(asked > 1);
    for (const email of emails) {
      await linkTokenSentTo(email, 'join');
      assert.equal((await sentTo(email)).length, 1);
    }
    await section(page, 'Invitations');
    for (const email of emails) await revoke(page, email);
  });

  test('make and change services, sites, skills and portals', async () => {
    const { page, complaints } = await administer(browser, 'admin@other.example');
    const name = (kind) => `${kind} ${freshAddress().slice(4, 12)}`;
    const [skill, site, service, portal] = ['Skill', 'Site', 'Service', 'Portal'].map(name);

    await section(page, 'Skills');
    await make(page, 'skill', { Name: skill });
    await page.getByRole('button', { name: 'New skill' }).click();
    await page.getByLabel('Name').fill(skill.toUpperCase());
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'another one of this name' }).waitFor();
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true');
    await keepsNobodyOut(page);
    await page.keyboard.press('Escape');

    await section(page, 'Sites');
    await make(page, 'site', { Name: site }, { Country: 'FR' });
    await page.getByRole('listitem').filter({ hasText: site }).getByText('France').waitFor();
    await page.getByRole('button', { name: site }).click();
    await page.getByLabel('Country').selectOption('DE');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('listitem').filter({ hasText: site }).getByText('Germany').waitFor();

    await section(page, 'Services');
    await page.getByRole('button', { name: 'New service' }).click();
    await page.getByLabel('Name').fill(service);
    await page.getByLabel(skill).check();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The service is made.').waitFor();
    await page.getByRole('listitem').filter({ hasText: service }).getByText('No text messages').waitFor();
    await page.getByRole('button', { name: service }).click();
    assert.ok(await page.getByLabel(skill).isChecked());
    await page.getByLabel(skill).uncheck();
    await page.getByLabel('Name').fill(`${service}, too`);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: `${service}, too` }).click();
    assert.equal(await page.getByLabel(skill).isChecked(), false);
    await page.keyboard.press('Escape');

    await section(page, 'Portals');
    await make(page, 'portal', { Name: portal }, { Mode: 'Web' });
    await page.getByRole('listitem').filter({ hasText: portal }).getByText('Web · no external specialists').waitFor();
    await page.getByRole('button', { name: portal }).click();
    assert.ok(await page.getByLabel('control of keyboard').isDisabled());
    await page.getByLabel('Outside specialists').check();
    await page.getByLabel('control of keyboard').check();
    await keepsNobodyOut(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('listitem').filter({ hasText: portal }).getByText('with control of keyboard and mouse').waitFor();
    await page.getByRole('button', { name: portal }).click();
    await page.getByLabel('Outside specialists').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('listitem').filter({ hasText: portal }).getByText('Web · no external specialists').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('see all of what there is much of, and take none of it away by changing something else', async () => {
    const sites = await makeSites(130);
    const { page, complaints } = await administer(browser, 'admin@other.example');
    const member = await ownDetails();
    await section(page, 'Sites');
    for (const { name } of sites) await page.getByRole('button', { name, exact: true }).waitFor();
    const listed = await page.locator('.rows strong').allInnerTexts();
    assert.equal(listed.length, new Set(listed).size);

    const own = sites.slice(-50); // as many as one can be given
    await change(member, { siteIds: own.map(({ id }) => id), firstName: 'Ann' });
    let asked = 0;
    page.on('request', (request) => (asked += request.postDataJSON()?.operationName === 'MemberDetails' ? 1 : 0));
    await page.evaluate((id) => (location.hash = `#/administration/members/${id}`), member.id);
    await page.getByRole('heading', { name: `Ann ${member.lastName}` }).waitFor();
    assert.equal(asked, Math.floor(listed.length / 100) + 1);
    const all = page.getByRole('group', { name: 'Sites' });
    assert.equal(await all.getByRole('checkbox').count(), listed.length);
    assert.equal(await all.getByRole('checkbox', { checked: true }).count(), own.length);
    await page.getByLabel('First name').fill('Anna');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`Anna ${member.lastName} is saved.`).waitFor();
    assert.deepEqual(await sitesOf(member), own.map(({ id }) => id).sort());

    const last = own.at(-1);
    await all.getByLabel(last.name).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    while ((await sitesOf(member)).includes(last.id));
    assert.deepEqual(await sitesOf(member), own.slice(0, -1).map(({ id }) => id).sort());
    await change(member, { siteIds: [], firstName: member.firstName });
    assert.deepEqual(complaints, []);
  });

  test('get a number, give it to a service, and release it', async () => {
    const { page, complaints } = await administer(browser, 'admin@other.example');
    await section(page, 'Services');
    const service = `Texts ${freshAddress().slice(4, 12)}`;
    await make(page, 'service', { Name: service });
    await section(page, 'Numbers');
    await page.getByText('You hold no number.').waitFor();
    await page.getByLabel('Country').selectOption('GB');
    await page.getByLabel('Area code').fill('London');
    await page.getByRole('button', { name: 'See what is available' }).click();
    await page.getByRole('alert').filter({ hasText: 'An area code is some digits' }).waitFor();
    await page.getByLabel('Area code').fill('20');
    await page.getByRole('button', { name: 'See what is available' }).click();
    await page.getByText('10 can be had.').waitFor();
    await keepsNobodyOut(page);
    const available = page.getByRole('list', { name: 'Available numbers' }).getByRole('listitem').first();
    await available.getByText('Area 20').waitFor();
    const number = await available.locator('strong').innerText();
    await available.getByRole('button').click();
    await page.getByRole('dialog', { name: `Get ${number}?` }).waitFor();
    await keepsNobodyOut(page);
    const { lost } = await loseTheNextAnswer(page, 'GetNumber');
    await page.getByRole('dialog').getByRole('button', { name: 'Get Number' }).click();
    await lost;
    await page.getByText(`${number} is yours.`).waitFor();
    assert.deepEqual(await numbers(), [number]);

    await section(page, 'Services');
    await page.getByRole('button', { name: service }).click();
    await page.getByLabel('Number for text messages').selectOption(number);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('listitem').filter({ hasText: service }).getByText(`Text messages by ${number}`).waitFor();

    await section(page, 'Numbers');
    await page.getByRole('button', { name: `Release ${number}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`These services lose text messages: ${service}.`).waitFor();
    await dialog.getByText('It is your only number').waitFor();
    await keepsNobodyOut(page);
    await dialog.getByRole('button', { name: 'Release' }).click(); // without the tick nothing happens
    assert.deepEqual(await numbers(), [number]);
    await dialog.getByLabel('I know that the number may not come back.').check();
    await dialog.getByRole('button', { name: 'Release' }).click();
    await page.getByText(`${number} is released.`).waitFor();
    await page.getByText('You hold no number.').waitFor();
    await focusIsSomewhere(page);
    await section(page, 'Services');
    await page.getByRole('listitem').filter({ hasText: service }).getByText('No text messages').waitFor();
    assert.deepEqual(complaints.filter((complaint) => !complaint.includes('net::ERR_FAILED')), []);
  });

  test('change texts and settings, and the predefined messages of a service', async () => {
    const { page, complaints } = await administer(browser, 'admin@other.example');
    await section(page, 'Settings');
    const days = page.getByLabel('Days without activity');
    await days.fill('2');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: '3 to 3650' }).waitFor();
    await page.waitForFunction(() => document.activeElement.name === 'roomTimeoutDays');
    await keepsNobodyOut(page);
    await days.fill('30');
    await page.getByLabel('What a customer is told').fill('This room rests.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    assert.deepEqual(await settings(), { roomTimeoutDays: 30, roomTimedOutText: 'This room rests.', smsInvitationText: '', emailInvitationText: '', smsHelpText: '' });
    await days.fill('90');
    await page.getByLabel('What a customer is told').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await untilSettings({ roomTimeoutDays: 90, roomTimedOutText: '' });

    await section(page, 'Texts');
    const texts = { 'Invitation by SMS': 'Come: <link>', 'Invitation by email': 'Read this.', 'Reply to HELP': 'Call us.' };
    for (const [label, text] of Object.entries(texts)) await page.getByLabel(label).fill(text);
    await page.getByLabel('Reply to HELP').fill('x'.repeat(1001));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'at most 1000 characters' }).waitFor();
    await page.getByLabel('Reply to HELP').fill('Call us.');
    await page.getByRole('button', { name: 'Save' }).click();
    await untilSettings({ smsInvitationText: 'Come: <link>', emailInvitationText: 'Read this.', smsHelpText: 'Call us.', roomTimeoutDays: 90 });
    for (const label of Object.keys(texts)) await page.getByLabel(label).fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await untilSettings({ smsInvitationText: '', emailInvitationText: '', smsHelpText: '' });

    const predefined = page.getByRole('region', { name: 'Predefined messages' });
    const title = `Greeting ${freshAddress().slice(4, 12)}`;
    await predefined.getByRole('button', { name: 'New message' }).click();
    await keepsNobodyOut(page);
    await page.getByLabel('Title').fill(title);
    await page.getByLabel('Text', { exact: true }).fill('Hello %F');
    await page.getByRole('button', { name: 'Save' }).last().click();
    await predefined.getByRole('listitem').filter({ hasText: title }).getByText('Hello %F').waitFor();
    await predefined.getByRole('button', { name: title, exact: true }).click();
    await page.getByLabel('Text', { exact: true }).fill('Good day %F %L');
    await page.getByRole('button', { name: 'Save' }).last().click();
    await predefined.getByText('Good day %F %L').waitFor();
    await keepsNobodyOut(page);
    await predefined.getByRole('button', { name: `Delete ${title}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await predefined.getByText(`“${title}” is deleted.`).waitFor();
    await predefined.getByRole('listitem').filter({ hasText: title }).waitFor({ state: 'detached' });
    await focusIsSomewhere(page);
    assert.deepEqual(complaints, []);
  });

  test('stay at least one, and nobody else administers', async () => {
    const { page, complaints } = await administer(browser, 'admin@other.example');
    await keepsNobodyOut(page);
    await section(page, 'Members');
    await page.getByRole('listitem').filter({ hasText: 'admin@other.example' }).getByRole('link').click();
    await page.getByRole('radio', { name: 'Agent' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'the last administrator' }).waitFor();
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'the last administrator' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Deactivate');

    const lead = await atDesk(browser, 'lead@demo.example');
    await lead.page.getByRole('button', { name: 'My state' }).waitFor();
    assert.equal(await lead.page.getByRole('link', { name: 'Administration' }).count(), 0);
    assert.ok(!lead.requests.some((url) => url.includes('/administration-'))); // who cannot open it does not load it
    await lead.page.evaluate(() => (location.hash = '#/administration/numbers'));
    await lead.page.getByText('This is for administrators.').waitFor();
    assert.deepEqual([...complaints, ...lead.complaints], []);
  });
});

async function administer(browser, email) {
  const opened = await atDesk(browser, email);
  await opened.page.getByRole('link', { name: 'Administration' }).click();
  await opened.page.getByRole('heading', { name: 'Administration' }).waitFor();
  await opened.page.getByRole('region', { name: 'Settings' }).waitFor();
  return opened;
}

async function section(page, name) {
  await page.getByRole('navigation').getByRole('link', { name }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
  await page.waitForFunction(() => !document.body.innerText.includes('Loading…'));
}

async function make(page, kind, fields, choices = {}) {
  await page.getByRole('button', { name: `New ${kind}` }).click();
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  for (const [label, value] of Object.entries(choices)) await page.getByLabel(label).selectOption(value);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`The ${kind} is made.`).waitFor();
  await page.getByRole('button', { name: Object.values(fields)[0] }).waitFor();
}

async function invite(page, addresses) {
  await page.getByRole('link', { name: 'Invite members' }).click();
  for (const _ of ['role', 'attributes']) await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Email address').fill(addresses);
  await page.getByRole('button', { name: /^Invite/ }).click();
}

async function revoke(page, email) {
  await section(page, 'Invitations');
  await page.getByRole('button', { name: `Revoke that of ${email}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText(`The invitation of ${email} is revoked.`).waitFor();
  await page.getByRole('listitem').filter({ hasText: email }).waitFor({ state: 'detached' });
  await focusIsSomewhere(page);
}

function paste(field, text) {
  return field.evaluate((input, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', pasted);
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

function ticked(page) {
  return page.locator('.member-attributes .check-box:has(:checked)').allInnerTexts().then((labels) => labels.map((label) => label.trim()));
}

async function sentTo(email) {
  return (await fetch(address(`/simulator/messages?to=${encodeURIComponent(email)}`))).json();
}

async function untilSent(email, count) {
  while ((await sentTo(email)).length < count);
}

// Why a link does not make anybody a member.
async function refusalOf(token) {
  const { acceptMemberInvitation } = await run(
    'mutation ($input: AcceptMemberInvitationInput!) { acceptMemberInvitation(input: $input) { userErrors { code } } }',
    { input: { token, firstName: 'No', lastName: 'Body', password: 'a password like no other' } },
  );
  return acceptMemberInvitation.userErrors.map(({ code }) => code);
}

async function settings() {
  const { organization } = await run(
    '{ organization { settings { roomTimeoutDays roomTimedOutText smsInvitationText emailInvitationText smsHelpText } } }',
    {},
    await tokenOf('admin@other.example'),
  );
  return organization.settings;
}

async function makeSites(count) {
  const token = await tokenOf('admin@other.example');
  const run = freshAddress().slice(4, 12);
  const sites = [];
  for (let n = 100; n < 100 + count; n++) {
    const { site } = await mutate(
      'mutation ($name: String!) { createSite(input: { name: $name, country: "CH" }) { site { id name } userErrors { code } } }',
      { name: `Branch ${run} ${n}` },
      token,
    );
    sites.push(site);
  }
  return sites;
}

async function ownDetails() {
  const { viewer } = await run('{ viewer { ... on Member { id firstName lastName } } }', {}, await tokenOf('admin@other.example'));
  return viewer;
}

async function change({ id }, fields) {
  await mutate(
    'mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { userErrors { code } } }',
    { input: { id, ...fields } },
    await tokenOf('admin@other.example'),
  );
}

async function sitesOf({ id }) {
  const { node } = await run(
    'query ($id: ID!) { node(id: $id) { ... on Member { sites(first: 100) { id } } } }',
    { id },
    await tokenOf('admin@other.example'),
  );
  return node.sites.map((site) => site.id).sort();
}

async function numbers() {
  const { organization } = await run('{ organization { phoneNumbers { number } } }', {}, await tokenOf('admin@other.example'));
  return organization.phoneNumbers.map(({ number }) => number);
}

async function untilSettings(wanted) {
  const fits = (found) => Object.entries(wanted).every(([name, value]) => found[name] === value);
  while (!fits(await settings()));
}
