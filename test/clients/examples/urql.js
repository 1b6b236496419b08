// Parley with urql: a member signs in, follows a room, writes and shares a document.
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { fromDomEvent, pipe, takeUntil, toAsyncIterable } from 'wonka';
import { accepted, createSocket, credentials, follow, impatientFetch, Refusal, untilAnswered } from './parley.js';

const SIGN_IN = gql`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) { accessToken userErrors { code message } }
  }
`;

const ROOM = gql`
  query Room($id: ID!) {
    room(id: $id) { name lastCursor messages(last: 20) { nodes { id body sentAt } } }
  }
`;

const EVENTS = gql`
  subscription Events($roomId: ID!, $after: Cursor) {
    roomEvents(roomId: $roomId, after: $after) {
      __typename
      cursor
      ... on MessagePosted { message { id body sentAt } }
    }
  }
`;

const SEND = gql`
  mutation Send($input: SendMessageInput!) {
    sendMessage(input: $input) { message { id } userErrors { code message } }
  }
`;

const SHARE = gql`
  mutation Share($input: ShareDocumentInput!) {
    shareDocument(input: $input) { document { id } userErrors { code message } }
  }
`;

export function connect(url, pingMs) {
  let accessToken;
  const socket = createSocket(url, () => accessToken, pingMs);

  const client = new Client({
    url,
    preferGetMethod: false,
    fetch: impatientFetch,
    // fetchExchange sends a file as multipart, which the server takes with this header only.
    fetchOptions: () => ({ headers: { 'apollo-require-preflight': 'true', ...credentials(accessToken) } }),
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });

  const change = (mutation, input) => untilAnswered(async () => dataOf(await client.mutation(mutation, { input })));

  return {
    async signIn(email, password) {
      accessToken = undefined; // one that has ended is refused here, too
      const { signIn } = await change(SIGN_IN, { email, password });
      accessToken = accepted(signIn).accessToken;
      return accessToken;
    },

    async fetchRoom(id) {
      const { room } = await untilAnswered(async () => dataOf(await client.query(ROOM, { id })));
      return room;
    },

    followRoom(roomId, cursor, onEvent, signal) {
      const listen = async (after, onEvent) => {
        const events = client.subscription(EVENTS, { roomId, after });
        const results = pipe(events, takeUntil(fromDomEvent(signal, 'abort')), toAsyncIterable);
        for await (const result of results) {
          const { roomEvents } = dataOf(result);
          if (result.hasNext) onEvent(roomEvents); // when a subscription completes, urql says the last result once more
        }
      };
      return follow(listen, cursor, onEvent, signal);
    },

    async sendMessage(roomId, body) {
      const { sendMessage } = await change(SEND, { roomId, body, idempotencyKey: crypto.randomUUID() });
      return accepted(sendMessage).message;
    },

    async shareDocument(roomId, file) {
      const { shareDocument } = await change(SHARE, { roomId, file, idempotencyKey: crypto.randomUUID() });
      return accepted(shareDocument).document;
    },

    close: () => socket.dispose(),
  };
}

function dataOf({ data, error }) {
  if (!error) return data;
  throw error.networkError ?? new Refusal(error.graphQLErrors);
}
