import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The daemon serves `dist` under a CSP of `default-src 'none'`: nothing may be inlined, neither scripts nor data: fonts.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
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
