// Builds the desk from desk/ into dist/desk. Its page, pages/desk.html, loads the two files that come of it by these names:
// browsers ask each time whether they are still the same, so names need no hashes.
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist/desk',
    target: 'es2023',
    modulePreload: false,
    assetsInlineLimit: 0, // the policy allows no data: addresses
    rolldownOptions: {
      input: 'desk/main.tsx',
      output: { entryFileNames: 'desk.js', assetFileNames: 'desk[extname]' },
    },
  },
});
