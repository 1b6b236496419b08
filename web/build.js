// Fills dist/vendor with the files that the pages load and that come from npm. Nothing is fetched from elsewhere at run time.
import { copyFile, cp, mkdir, readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, 'node_modules');
const vendor = path.join(here, 'dist', 'vendor');

const files = [
  'react/LICENSE',
  'react/umd/react.production.min.js',
  'react-dom/LICENSE',
  'react-dom/umd/react-dom.production.min.js',
  'graphiql/LICENSE',
  'graphiql/graphiql.min.js',
  'graphiql/graphiql.min.css',
  'graphql-ws/LICENSE.md',
  'graphql-ws/dist/client.js',
  await commonPartOfGraphqlWs(),
  'pdfjs-dist/LICENSE',
];

// What pdf.js loads where a document needs it.
const folders = ['pdfjs-dist/cmaps', 'pdfjs-dist/standard_fonts', 'pdfjs-dist/wasm', 'pdfjs-dist/iccs'];

await rm(vendor, { recursive: true, force: true });
for (const file of files) {
  const [library] = file.split('/');
  const target = path.join(vendor, library);
  await mkdir(target, { recursive: true });
  await copyFile(path.join(modules, file), path.join(target, path.basename(file)));
}
await Promise.all(folders.map((folder) => cp(path.join(modules, folder), path.join(vendor, folder), { recursive: true })));
console.log(`dist/vendor: ${files.length} files, ${folders.length} folders`);

// The module that client.js imports has a hash in its name.
async function commonPartOfGraphqlWs() {
  const names = await readdir(path.join(modules, 'graphql-ws/dist'));
  return `graphql-ws/dist/${names.find((name) => /^common-.*\.js$/.test(name))}`;
}
