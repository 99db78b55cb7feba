/**
 * Bundles `heapwatch/test` once more for runners that load CommonJS, as Jest does; `npm run build` runs it after the compiler.
 *
 *     dist/collector/testing/leak-test.js ─ esbuild ─> leak-test.cjs, leak-test.d.cts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('../collector/testing/leak-test', import.meta.url));

await build({
  entryPoints: [`${entry}.js`],
  outfile: `${entry}.cjs`,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: ['node20'],
  // where it is, it starts the program beside it
  define: { 'import.meta.url': 'ownUrl' },
  banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
});

const types = await readFile(`${entry}.d.ts`, 'utf8');
await writeFile(
  `${entry}.d.cts`,
  types.replaceAll(/(import type .*? from '[^']+)\.ts';/g, "$1.js' with { 'resolution-mode': 'import' };"),
);
