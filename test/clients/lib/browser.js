// Pages in a real browser.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { address } from './server.js';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);

/** Why nothing can be shown in a browser here; false where it can. */
export const noBrowser = !executablePath && 'no Chromium found';

// Pages that stand behind others go on as if they were looked at, and nothing is asked of the internet.
const always = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

export function launch(...args) {
  return chromium.launch({ executablePath, args: [...always, ...args] });
}

/**
 * Opens a page and notes what it asks for, and what the browser complains about. `init` runs in it before its own scripts.
 */
export async function open(browser, path, { init = () => {}, ...options } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.addInitScript(init);
  const complaints = [];
  const requests = [];
  const sockets = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('request', (request) => requests.push(request.url()));
  let down = false;
  await page.routeWebSocket(/\/graphql/, (socket) => {
    sockets.push(socket);
    if (down) socket.close({ code: 1011 });
    else socket.connectToServer();
  });
  await page.goto(address(path));
  const cutSockets = () => Promise.all(sockets.splice(0).map((socket) => socket.close({ code: 1011 })));
  const disconnect = () => {
    down = true;
    return cutSockets();
  };
  const reconnect = () => (down = false);
  return { page, complaints, requests, cutSockets, disconnect, reconnect };
}
