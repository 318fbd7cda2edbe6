import { defineConfig } from 'vite';

// Electron runs JavaScript only: the tray, and the command line for a package that has no source in it. With
// `--mode headless` there is no tray, and nothing of Electron's.
export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  ssr: { noExternal: true, external: ['electron', '@napi-rs/keyring'] },
  build: {
    ssr: true,
    outDir: '../../dist',
    emptyOutDir: true,
    target: 'node24',
    rolldownOptions: {
      // What is started by its file beside the caller is an entry of its own.
      input: {
        ...(mode === 'headless' ? {} : { tray: './tray.ts' }),
        main: '../main.ts',
        keyring: '../config/keyring.ts',
        worker: '../archive/search/worker.ts',
      },
      external: ['electron', '@napi-rs/keyring', /^node:/],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js' },
    },
  },
}));
