// Parley with Apollo Client: a member signs in, follows a room, writes and shares a document.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { fromEvent, takeUntil } from 'rxjs';
import { accepted, createSocket, credentials, follow, impatientFetch, Refusal, untilAnswered } from './parley.js';

const SIGN_IN = gql`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) { accessToken userErrors { code message } }
  }
`;

const ROOM = gql`
  query Room($id: ID!) {
    room(id: $id) { id name lastCursor messages(last: 20) { nodes { id body sentAt } } }
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

const CREATE_UPLOAD = gql`
  mutation CreateUpload($input: CreateUploadInput!) {
    createUpload(input: $input) { uploadId url userErrors { code message } }
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

  const withCredentials = new SetContextLink(({ headers }) => ({ headers: { ...headers, ...credentials(accessToken) } }));
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(socket),
      withCredentials.concat(new HttpLink({ uri: url, fetch: impatientFetch })),
    ),
  });

  const change = async (mutation, input) => {
    const { data } = await untilAnswered(() => client.mutate({ mutation, variables: { input } }).catch(refuse));
    return data;
  };

  return {
    async signIn(email, password) {
      accessToken = undefined; // one that has ended is refused here, too
      const { signIn } = await change(SIGN_IN, { email, password });
      accessToken = accepted(signIn).accessToken;
      return accessToken;
    },

    async fetchRoom(id) {
      const request = { query: ROOM, variables: { id }, fetchPolicy: 'network-only' };
      const { data } = await untilAnswered(() => client.query(request).catch(refuse));
      return data.room;
    },

    followRoom(roomId, cursor, onEvent, signal) {
      const listen = (after, onEvent) =>
        client
          .subscribe({ query: EVENTS, variables: { roomId, after }, fetchPolicy: 'no-cache' })
          .pipe(takeUntil(fromEvent(signal, 'abort')))
          .forEach(({ data, error }) => (error ? refuse(error) : onEvent(data.roomEvents)));
      return follow(listen, cursor, onEvent, signal);
    },

    async sendMessage(roomId, body) {
      const { sendMessage } = await change(SEND, { roomId, body, idempotencyKey: crypto.randomUUID() });
      return accepted(sendMessage).message;
    },

    // Apollo's HttpLink sends no files. The bytes go to an address of their own, and go on where that broke.
    async shareDocument(roomId, file) {
      const announced = { roomId, filename: file.name, size: file.size, idempotencyKey: crypto.randomUUID() };
      const { createUpload } = await change(CREATE_UPLOAD, announced);
      const { uploadId, url } = accepted(createUpload);
      await untilAnswered(() => sendBytes(url, file));
      const { shareDocument } = await change(SHARE, { roomId, uploadId });
      return accepted(shareDocument).document;
    },

    close: () => socket.dispose(),
  };
}

function refuse(error) {
  throw CombinedGraphQLErrors.is(error) ? new Refusal(error.errors) : error;
}

// Sends what has not come yet: the server knows how much that is.
async function sendBytes(url, file) {
  const { headers } = await impatientFetch(url, { method: 'HEAD' });
  const came = Number(headers.get('upload-offset'));
  if (came === file.size) return;
  const rest = { method: 'PATCH', headers: { 'upload-offset': came }, body: file.slice(came) };
  const response = await impatientFetch(url, rest);
  if (response.ok) return;
  const refusal = await response.json();
  throw [408, 409].includes(response.status) ? new Error(refusal.message) : new Refusal([refusal]); // the first two: ask again
}
