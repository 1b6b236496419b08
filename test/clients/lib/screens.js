// Screens that pages share with each other. What getDisplayMedia gives in a browser that is launched with `capture` is its own tab.

export const capture = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=display-media-type=browser'];

// Keeps the peer connections of a page in `peers`.
export function rememberPeers() {
  window.peers = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      super(...configuration);
      peers.push(this);
    }
  };
}

export function neverClosePeers() {
  RTCPeerConnection.prototype.close = () => {};
}

export function peersOf(page, setting) {
  return page.evaluate((setting) => peers.map((peer) => peer.getConfiguration()[setting]), setting);
}

// Has something move on a page: of one that stands still browsers send few pictures, if any.
export function keepMoving(page) {
  return page.evaluate(() => {
    let wide = false;
    setInterval(() => (document.body.style.borderTop = `${(wide = !wide) ? 8 : 4}px solid gray`), 100);
  });
}

// Gives all of a page a colour.
export function paint(page, [red, green, blue]) {
  return page.evaluate((colour) => (document.body.style.background = colour), `rgb(${red}, ${green}, ${blue})`);
}

// Waits until pictures have come, and go on coming.
export async function seesFrames(page) {
  const start = await page.waitForFunction(() => {
    const video = document.querySelector('video');
    return video?.videoWidth > 0 && video.currentTime + 0.01;
  });
  await page.waitForFunction((start) => document.querySelector('video').currentTime > start, await start.jsonValue());
}

// Waits until the lower left corner of the picture has a colour, as nearly as a video shows it.
export function seesColour(page, colour) {
  return page.waitForFunction((colour) => {
    const video = document.querySelector('video');
    if (!video?.videoWidth) return false;
    const pixel = new OffscreenCanvas(1, 1).getContext('2d');
    pixel.drawImage(video, 2, video.videoHeight - 3, 1, 1, 0, 0, 1, 1);
    const seen = pixel.getImageData(0, 0, 1, 1).data;
    return colour.every((value, i) => Math.abs(value - seen[i]) < 50);
  }, colour);
}

export async function pointAt(page, x, y) {
  const picture = await page.locator('video').boundingBox();
  await page.mouse.move(picture.x + picture.width * x, picture.y + picture.height * y);
}

// Where an element's left upper corner is within its parent, in fractions of that.
export function placeWithin(page, selector) {
  return page.locator(selector).evaluate((element) => {
    const { width, height } = element.parentElement.getBoundingClientRect();
    return { x: element.offsetLeft / width, y: element.offsetTop / height };
  });
}

// What the server says when the page of a specialist sends control input past its own code: the codes of its refusals.
export async function controlDirectly(page, share) {
  const { accessToken } = await page.evaluate(() => JSON.parse(sessionStorage.getItem(`parley.session ${location.pathname}`)));
  return page.evaluate(
    async ([query, accessToken]) => {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({ query }),
      });
      const { data } = await response.json();
      return data.sendControlInput.userErrors.map(({ code }) => code);
    },
    [`mutation { sendControlInput(input: {screenShareId: "${share}", payload: "[]"}) { userErrors { code } } }`, accessToken],
  );
}
