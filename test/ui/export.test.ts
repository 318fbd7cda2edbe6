// An export in HTML, opened from the disk as anybody would: hostile words are words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { exported } from '../../src/archive/transfer/export.ts';
import { append, JULIET, ownArchive } from '../archive/support.ts';
import { openBrowser, openPage } from './support/browser.ts';

const RUN = 'document.title = "run"';
const HOSTILE = [
  `<script>${RUN}</script>`,
  `<img src=x onerror='${RUN}'><svg onload='${RUN}'>`,
  `</p></body></html><iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `javascript:${RUN}`,
  `<a href="javascript:${RUN}">click</a>`,
  `<meta http-equiv=refresh content="0;url=data:text/html,run"><base href=//evil.example><style>*{display:none}</style>`,
  `\u202e<b>drawkcab\u2069\u2069`,
  `&lt;script&gt; ]]> <!-- --><?xml ?>`,
];

test('hostile nicks, words and subjects are shown as they are, and nothing runs, loads or leads away', async () => {
  const home = mkdtempSync(join(tmpdir(), 'minimix-export-'));
  const own = ownArchive();
  const browser = await openBrowser();
  try {
    for (const text of HOSTILE) append(own.archive, { body: text, nick: text.slice(0, 200) });
    append(own.archive, { subject: HOSTILE.join('\n'), kind: 'subject', nick: HOSTILE[0] });
    const file = join(home, 'export.html');
    writeFileSync(file, [...exported(own.archive, { account: JULIET }, 'html')].join(''));
    const { page, problems } = await openPage(browser);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    expect(await page.title()).toBe('orchard@rooms.lit');
    const shown = await page.locator('p > bdi').allTextContents();
    expect(shown).toEqual([...HOSTILE, HOSTILE.join('\n')]);
    expect(await page.locator('p b bdi').first().textContent()).toBe(HOSTILE[0]);
    expect(await page.locator('script, img, svg, iframe, a, body style, base, [onerror], [onload]').count()).toBe(0);
    expect(await page.locator('p').first().isVisible()).toBe(true);
    expect(asked).toEqual([pathToFileURL(file).href]);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
    own.close();
    rmSync(home, { recursive: true, force: true });
  }
});
