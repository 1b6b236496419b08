// GraphiQL over the API of this server, with a bar to sign in and tabs that walk through the demo.
import { createClient } from '/assets/vendor/graphql-ws/client.js';
import { elementsById, make } from '/assets/dom.js';
import { tabs } from '/assets/examples.js';
import { fillIn, fillInKnown, forgetMember, learn, recall } from '/assets/memory.js';

const { GraphiQL, React, ReactDOM } = window;
const page = elementsById();
const mostShown = 100;

const SIGN_IN = `
  mutation SignIn($email: String!, $password: String!) {
    signIn(input: {email: $email, password: $password}) { accessToken member { name } userErrors { message } }
  }`;
const SIGN_OUT = 'mutation SignOut { signOut(input: {}) { userErrors { message } } }';
const asMember = { Authorization: 'Bearer {{memberToken}}' };

page.signin.addEventListener('submit', signIn);
page.signout.addEventListener('click', signOut);
showKnown();

ReactDOM.createRoot(page.graphiql).render(
  React.createElement(GraphiQL, {
    fetcher: run,
    defaultTabs: tabs,
    defaultHeaders: JSON.stringify(asMember, null, 2),
    defaultEditorToolsVisibility: 'variables',
    // Everything that GraphiQL keeps, it keeps for as long as the browser's tab is open.
    storage: sessionStorage,
    shouldPersistHeaders: true,
    showPersistHeadersSettings: false,
  }),
);

// What GraphiQL calls to run an operation. Headers are those of its tab, placeholders filled in.
function run({ query, operationName, variables }, { headers, documentAST } = {}) {
  const operation = { query, operationName, variables: fillIn(variables) };
  const filledHeaders = fillInKnown(headers);
  return isSubscription(documentAST, operationName) ? subscribe(operation, filledHeaders) : post(operation, filledHeaders);
}

function isSubscription(document, operationName) {
  return document?.definitions.some(
    ({ operation, name }) => operation === 'subscription' && (!operationName || name?.value === operationName),
  );
}

async function post(operation, headers) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json', ...headers },
    body: JSON.stringify(operation),
  });
  const result = await response.json();
  learn(result.data);
  showKnown();
  return result;
}

// Each subscription has a connection of its own: who is signed in is said once for a connection. GraphiQL shows what was
// yielded last, so that is everything received so far.
async function* subscribe(operation, headers) {
  const client = createClient({
    url: new URL('/graphql', location.href.replace(/^http/, 'ws')).href,
    connectionParams: { authorization: headers.Authorization ?? headers.authorization },
    retryAttempts: 0,
  });
  const received = [];
  try {
    for await (const result of client.iterate(operation)) {
      received.unshift(result);
      yield { newestFirst: received.slice(0, mostShown) };
    }
  } catch (loss) {
    throw loss instanceof CloseEvent ? new Error(`The connection was closed: ${loss.code} ${loss.reason}`) : loss;
  } finally {
    client.dispose();
  }
}

async function signIn(submission) {
  submission.preventDefault();
  const result = await post({ query: SIGN_IN, variables: Object.fromEntries(new FormData(page.signin)) }, {});
  const refusals = result.errors ?? result.data.signIn.userErrors;
  page.refusal.textContent = refusals.map(({ message }) => message).join(' ');
}

async function signOut() {
  await post({ query: SIGN_OUT }, fillInKnown(asMember));
  forgetMember();
  showKnown();
}

function showKnown() {
  const { memberToken, memberName, ...others } = recall();
  page.signin.hidden = Boolean(memberToken);
  page.account.hidden = !memberToken;
  page.who.textContent = `Signed in as ${memberName}`;
  page.known.replaceChildren(...Object.entries(others).map(([name, value]) => entry(name, value)));
}

function entry(name, value) {
  const pair = make('div');
  const description = make('dd', '', value);
  description.title = value;
  pair.append(make('dt', '', `{{${name}}}`), description);
  return pair;
}
