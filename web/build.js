// Fills dist/vendor with the files that the pages load and that come from npm. Nothing is fetched from elsewhere at run time.
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
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
];

await rm(vendor, { recursive: true, force: true });
for (const file of files) {
  const [library] = file.split('/');
  const target = path.join(vendor, library);
  await mkdir(target, { recursive: true });
  await copyFile(path.join(modules, file), path.join(target, path.basename(file)));
}
console.log(`dist/vendor: ${files.length} files`);

// The module that client.js imports has a hash in its name.
async function commonPartOfGraphqlWs() {
  const names = await readdir(path.join(modules, 'graphql-ws/dist'));
  return `graphql-ws/dist/${names.find((name) => /^common-.*\.js$/.test(name))}`;
}
