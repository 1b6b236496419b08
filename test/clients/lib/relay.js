// What the tools of a Relay project do: relay-compiler, and the plugin that puts what it compiled in place of what is tagged.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import relay from 'relay-compiler';
import { schemaFile } from './schema.js';

// A module that is imported from there finds the packages.
const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));

/** Compiles the operations of a folder in a project of its own, for as long as the test takes; gives the folder there. */
export async function compile(t, folder) {
  const project = await mkdtemp(path.join(packages, '.relay-'));
  t.after(() => rm(project, { recursive: true }));
  await cp(folder, path.join(project, 'src'), { recursive: true });
  await cp(schemaFile, path.join(project, 'schema.graphql'));
  const config = { src: './src', excludes: [], schema: './schema.graphql', language: 'javascript', eagerEsModules: true };
  await writeFile(path.join(project, 'relay.config.json'), JSON.stringify(config));
  await promisify(execFile)(relay, ['relay.config.json'], { cwd: project });
  return path.join(project, 'src');
}

/** Replaces each operation by its import, as babel-plugin-relay does. */
export async function replaceTagged(file) {
  const imports = [];
  const source = (await readFile(file, 'utf8')).replace(/graphql`\s*\w+ (\w+)[^`]*`/g, (_, operation) => {
    imports.push(`import ${operation} from './__generated__/${operation}.graphql.js';\n`);
    return operation;
  });
  await writeFile(file, imports.join('') + source);
}
