// The page of who is invited to become a member: say who you are, choose a password, and be one.
import { ApiError, request } from '/assets/api.js';
import { elementsById } from '/assets/dom.js';

const ACCEPT = `mutation ($input: AcceptMemberInvitationInput!) {
  acceptMemberInvitation(input: $input) {
    member { name email }
    userErrors { message field }
  }
}`;

const page = elementsById();
const fields = ['firstName', 'lastName', 'password'];

page.register.hidden = false;
page.register.addEventListener('submit', accept);

async function accept(submission) {
  submission.preventDefault();
  page.accept.disabled = true;
  say('One moment…');
  try {
    const { acceptMemberInvitation } = await request(ACCEPT, { input: typed() });
    refuse(acceptMemberInvitation.userErrors);
    if (acceptMemberInvitation.member) welcome(acceptMemberInvitation.member);
  } catch (error) {
    say(error instanceof ApiError ? error.message : 'There is no connection. Please try again.');
  } finally {
    page.accept.disabled = false;
  }
}

function typed() {
  const input = { token: decodeURIComponent(location.pathname.split('/').pop()) };
  for (const field of fields) input[field] = page[field].value;
  return input;
}

// Shows each refusal at its field, and those of the link itself below.
function refuse(userErrors) {
  const messageOf = (field) => userErrors.find((error) => error.field?.[0] === field)?.message ?? '';
  for (const field of fields) {
    page[`${field}Refusal`].textContent = messageOf(field);
    page[field].setAttribute('aria-invalid', String(messageOf(field) !== ''));
  }
  page[fields.find((field) => messageOf(field) !== '')]?.focus();
  say(messageOf('token'));
}

function welcome(member) {
  page.register.remove();
  page.greeting.textContent = `Welcome, ${member.name}`;
  page.email.textContent = member.email;
  page.welcome.hidden = false;
  page.welcome.focus();
}

function say(text) {
  page.status.textContent = text;
}
