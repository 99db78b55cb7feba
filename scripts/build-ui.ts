/**
 * Bundles the dashboard into the folder that a collector serves it from; `npm run build` runs it after the compiler.
 *
 *     collector/ui/main.tsx ─ esbuild ─> dist/collector/ui/served/main-HASH.js, main-HASH.css, index.html
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const served = `${root}dist/collector/ui/served`;

await rm(served, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['collector/ui/main.tsx', 'collector/ui/icon.svg'],
  outdir: served,
  entryNames: '[name]-[hash]',
  tsconfig: 'collector/ui/tsconfig.json',
  loader: { '.svg': 'copy' },
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  metafile: true,
  logLevel: 'warning',
});

const names = Object.keys(metafile.outputs).map((path) => basename(path));
const page = await readFile(`${root}collector/ui/index.html`, 'utf8');
await writeFile(
  `${served}/index.html`,
  page.replace(/\{(script|style|icon)\}/g, (_, what: string) => `/ui/${outputOf(what)}`),
);

function outputOf(what: string): string {
  const extension = { script: '.js', style: '.css', icon: '.svg' }[what]!;
  const name = names.find((name) => name.endsWith(extension));
  if (name === undefined) throw new Error(`Cannot write index.html: the bundle has no ${extension}`);
  return name;
}
