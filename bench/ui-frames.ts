// What the compositor has shown, frame by frame: it scrolls by itself, also while the page is too busy to fill in rows.
import type { Browser, Page } from 'playwright-core';

export interface Shown {
  /** Milliseconds between two frames that were shown. */
  readonly frames: number[];
  /** Milliseconds for which a part of the timeline, 80 pixels high and more, was shown empty. */
  readonly holes: number[];
}

interface Frame {
  readonly at: number;
  readonly data: string;
}

const HOLE = 80; // pixels

/** In a page of its own, so that looking at the frames costs the one that is looked at nothing: true for those with a hole. */
const LOOK = `async (frames, box, height) => {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const holes = [];
  for (const data of frames) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    const scale = image.height / height;
    [canvas.width, canvas.height] = [image.width, image.height];
    context.drawImage(image, 0, 0);
    const [x, y, w, h] = [box.x + 8, box.y, box.width - 30, box.height].map((n) => Math.floor(n * scale));
    const { data: pixels } = context.getImageData(x, y, w, h);
    let run = 0, longest = 0;
    for (let row = 0; row < h; row += 1) {
      let low = 255, high = 0;
      for (let column = 0; column < w; column += 1) {
        const green = pixels[(row * w + column) * 4 + 1];
        if (green < low) low = green;
        if (green > high) high = green;
      }
      run = high - low < 24 ? run + 1 : 0;
      if (run > longest) longest = run;
    }
    holes.push(longest / scale > ${HOLE});
  }
  return holes;
}`;

/** Records what is shown while `work` goes on. The page's own frames are at most as fast as they are taken. */
export async function watchShown(browser: Browser, page: Page, work: () => Promise<void>): Promise<Shown> {
  const box = await page.locator('.timeline').boundingBox();
  const session = await page.context().newCDPSession(page);
  const taken: Frame[] = [];
  session.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    taken.push({ at: (metadata.timestamp ?? 0) * 1000, data });
    void session.send('Page.screencastFrameAck', { sessionId });
  });
  await session.send('Page.startScreencast', { format: 'jpeg', quality: 60, maxWidth: 640, maxHeight: 400, everyNthFrame: 1 });
  await work();
  await page.evaluate('window.frames2()');
  await session.send('Page.stopScreencast');
  await session.detach();
  const looker = await browser.newPage();
  const empty: boolean[] = await looker.evaluate(`(${LOOK})(${JSON.stringify(taken.map(({ data }) => data))}, ${JSON.stringify(box)}, ${page.viewportSize()?.height ?? 800})`);
  await looker.close();
  const frames = taken.slice(1).map(({ at }, n) => at - (taken[n]?.at ?? at));
  return { frames, holes: stretches(taken, empty) };
}

/** How long each run of empty frames lasted, up to the first frame that was not. */
function stretches(taken: readonly Frame[], empty: readonly boolean[]): number[] {
  const found: number[] = [];
  let since: number | undefined;
  taken.forEach(({ at }, n) => {
    if (empty[n]) since ??= at;
    else if (since !== undefined) {
      found.push(at - since);
      since = undefined;
    }
  });
  return found;
}
