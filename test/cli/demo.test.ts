import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

test(
  'the demo counts ten sent, ten archived and ten relayed, and says where the page is',
  async () => {
    const child = spawn(process.execPath, [script, '--once'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect({ code: child.exitCode, err }, out).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^sent +10\narchived +10\nrelayed +10\nmedian delay +[\d.]+ ms$/m);
    expect(out).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\?t=\S+/);
  },
);
