// A network between a client and the server, which does what networks do.
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { address } from './server.js';

/** Passes on what comes to `url` and what is answered, until told otherwise. */
export class Proxy {
  #server = createServer((client) => this.#connect(client));
  #connections = [];
  #losesAnswers = false;
  #posts = 0;

  static async open() {
    const proxy = new Proxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/graphql`;
  }

  /** Breaks every connection. */
  cut() {
    for (const connection of this.#connections) connection.break();
  }

  /** Says nothing any more on the connections there are, in either direction, and does not close them. */
  fallSilent() {
    for (const connection of this.#connections) connection.fallSilent();
  }

  /** Loses the answers to every other request by POST, beginning with the next: the server has done what it was asked for. */
  loseEveryOtherAnswer() {
    this.#losesAnswers = true;
  }

  close() {
    this.#server.close();
    this.cut();
  }

  #connect(client) {
    const { hostname: host, port } = new URL(address('/'));
    const server = createConnection({ host, port });
    let silent = false;
    let losing = false;
    const connection = {
      break: () => {
        client.destroy();
        server.destroy();
      },
      fallSilent: () => (silent = true),
    };
    this.#connections.push(connection);

    client.on('data', (bytes) => {
      if (silent) return;
      if (this.#losesAnswers && bytes.subarray(0, 5).toString() === 'POST ') losing = this.#posts++ % 2 === 0;
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (losing) connection.break();
      else if (!silent) client.write(bytes);
    });
    for (const side of [client, server]) {
      side.on('error', () => {}); // it closes, too
      side.on('close', () => {
        if (!silent) connection.break();
      });
    }
  }
}
