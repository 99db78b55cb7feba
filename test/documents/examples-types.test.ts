/** The examples of the library and of the client, as a program in strict TypeScript has them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { folder } from '../support/folder.ts';
import { projectRoot } from '../support/project.ts';

const OPTIONS = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noImplicitReturns: true },
  ...{ target: 'ES2023', module: 'nodenext', types: ['node'], noEmit: true },
};

/** The first block of JavaScript that imports a module. */
async function example(document: string, module: string): Promise<string> {
  const text = await readFile(`${projectRoot}/${document}`, 'utf8');
  const block = [...text.matchAll(/```js\n([\s\S]*?)```/g)].find(([, code]) => code!.includes(`from '${module}'`));
  assert.ok(block, `${document} has no example of ${module}`);
  return block[1]!;
}

it('the examples of README.md and docs/stream.md are right in strict TypeScript', async () => {
  await using dir = await folder();
  await mkdir(dir.join('node_modules'));
  await symlink(projectRoot, dir.join('node_modules/heapwatch'));
  await symlink(`${projectRoot}/node_modules/@types`, dir.join('node_modules/@types'));
  await writeFile(dir.join('library.mts'), await example('README.md', 'heapwatch'));
  await writeFile(dir.join('client.mts'), await example('docs/stream.md', 'heapwatch/client'));
  const files = ['library.mts', 'client.mts'];
  await writeFile(dir.join('tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files }));
  const tsc = `${projectRoot}/node_modules/.bin/tsc`;
  const said = await promisify(execFile)(tsc, ['-p', dir.path]).catch((error) => error);
  assert.equal(said.stdout, '');
});
