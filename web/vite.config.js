// Builds the pages that are applications: each is a folder with an index.html. They come to lie in dist/app, with the files that they
// load, whose names say what is in them: browsers may keep those for ever.
import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vite';

const pages = readdirSync('.')
  .map((folder) => [folder, `${folder}/index.html`])
  .filter(([, page]) => existsSync(page));

export default defineConfig({
  publicDir: false,
  base: '/assets/app/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist/app',
    assetsDir: '',
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the policy allows no data: addresses
    rolldownOptions: { input: Object.fromEntries(pages) },
  },
});
