// Parley with Relay: a member signs in, follows a room, writes and shares a document.
import {
  commitMutation, Environment, fetchQuery, graphql, Network, Observable, RecordSource, requestSubscription, Store,
} from 'relay-runtime';
import { accepted, createSocket, credentials, follow, impatientFetch, Refusal, untilAnswered } from './parley.js';

const SIGN_IN = graphql`
  mutation relaySignInMutation($input: SignInInput!) {
    signIn(input: $input) { accessToken userErrors { code message } }
  }
`;

const ROOM = graphql`
  query relayRoomQuery($id: ID!) {
    room(id: $id) { name lastCursor messages(last: 20) { nodes { id body sentAt } } }
  }
`;

const EVENTS = graphql`
  subscription relayEventsSubscription($roomId: ID!, $after: Cursor) {
    roomEvents(roomId: $roomId, after: $after) {
      __typename
      cursor
      ... on MessagePosted { message { id body sentAt } }
    }
  }
`;

const SEND = graphql`
  mutation relaySendMutation($input: SendMessageInput!) {
    sendMessage(input: $input) { message { id } userErrors { code message } }
  }
`;

const SHARE = graphql`
  mutation relayShareMutation($input: ShareDocumentInput!) {
    shareDocument(input: $input) { document { id } userErrors { code message } }
  }
`;

export function connect(url, pingMs) {
  let accessToken;
  const socket = createSocket(url, () => accessToken, pingMs);

  const post = async ({ text: query }, variables, _, uploadables) => {
    const operation = JSON.stringify({ query, variables });
    const response = await impatientFetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', ...credentials(accessToken), ...(uploadables ? preflight : json) },
      body: uploadables ? formOf(operation, uploadables.file) : operation,
    });
    const result = await response.json();
    if (result.errors) throw new Refusal(result.errors);
    return result;
  };

  const subscribe = ({ text: query }, variables) =>
    Observable.create((sink) => socket.subscribe({ query, variables }, sink));

  const environment = new Environment({ network: Network.create(post, subscribe), store: new Store(new RecordSource()) });

  const change = (mutation, input, uploadables) =>
    untilAnswered(
      () =>
        new Promise((onCompleted, onError) => {
          commitMutation(environment, { mutation, variables: { input }, uploadables, onCompleted, onError });
        }),
    );

  return {
    async signIn(email, password) {
      accessToken = undefined; // one that has ended is refused here, too
      const { signIn } = await change(SIGN_IN, { email, password });
      accessToken = accepted(signIn).accessToken;
      return accessToken;
    },

    async fetchRoom(id) {
      const { room } = await untilAnswered(() => fetchQuery(environment, ROOM, { id }).toPromise());
      return room;
    },

    followRoom(roomId, cursor, onEvent, signal) {
      const listen = (after, onEvent) => {
        let stop;
        const ended = new Promise((onCompleted, onError) => {
          const onNext = ({ roomEvents }) => onEvent(roomEvents);
          const config = { subscription: EVENTS, variables: { roomId, after }, onNext, onCompleted, onError };
          const subscription = requestSubscription(environment, config);
          stop = () => onCompleted(subscription.dispose());
          signal.addEventListener('abort', stop);
        });
        return ended.finally(() => signal.removeEventListener('abort', stop));
      };
      return follow(listen, cursor, onEvent, signal);
    },

    async sendMessage(roomId, body) {
      const { sendMessage } = await change(SEND, { roomId, body, idempotencyKey: crypto.randomUUID() });
      return accepted(sendMessage).message;
    },

    async shareDocument(roomId, file) {
      const { shareDocument } = await change(SHARE, { roomId, file: null, idempotencyKey: crypto.randomUUID() }, { file });
      return accepted(shareDocument).document;
    },

    close: () => socket.dispose(),
  };
}

const json = { 'content-type': 'application/json' };

// A file goes as multipart, which the server takes with this header only. `map` says where it belongs.
const preflight = { 'apollo-require-preflight': 'true' };

function formOf(operation, file) {
  const form = new FormData();
  form.append('operations', operation);
  form.append('map', JSON.stringify({ file: ['variables.input.file'] }));
  form.append('file', file);
  return form;
}
