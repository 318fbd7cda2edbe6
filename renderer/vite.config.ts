import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Newer ones are an empty box on many systems. */
const EMOJI_VERSION = 15.1;

interface RawEmoji {
  readonly emoji: string;
  readonly label: string;
  readonly hexcode: string;
  readonly version: number;
  readonly tags?: readonly string[];
  readonly group?: number;
}

/** Of the emoji's data, what the page shows and looks for: a third of it. */
function lessEmojiData(): Plugin {
  return {
    name: 'less-emoji-data',
    enforce: 'pre',
    transform(code, id) {
      if (!/emojibase-data\/\w+\/data\.json$/.test(id)) return undefined;
      const all = JSON.parse(code) as readonly RawEmoji[];
      const kept = all.filter(({ version, group }) => version <= EMOJI_VERSION && group !== undefined);
      return { code: JSON.stringify(kept.map(({ emoji, label, hexcode, version, tags, group }) => ({ emoji, label, hexcode, version, tags, group }))), map: null };
    },
  };
}

// The daemon serves `dist` under a CSP of `default-src 'none'`: nothing may be inlined, neither scripts nor data: fonts.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [lessEmojiData(), react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
  },
});
