/**
 * Bundles yargs into the command's first file, so that `heapwatch --help` reads one file of it instead of forty; `npm run
 * build` runs it after the compiler. Files of our own stay files: they are loaded when a command needs them.
 *
 *     dist/collector/cli/main.js ─ esbuild ─> dist/collector/cli/main.js, main.js.licenses.txt
 *
 * Half of the time for the help went into the widths of its words: yargs' layout asks libraries that count graphemes. Here
 * two of the same interface take their place that are quick for what is plain text.
 */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = 'dist/collector/cli/main.js';
const BUNDLE = `${MAIN}.bundle`;

/** What is bundled instead of a package: source text of a module. */
const INSTEAD: Readonly<Record<string, string>> = {
  'string-width': "export { default } from 'fast-string-width';",
  'wrap-ansi': "export { wrapAnsi as default } from 'fast-wrap-ansi';",
};

const ownFilesStay: Plugin = {
  name: 'own files stay',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, importer }) =>
      importer === '' || importer.includes('/node_modules/') ? undefined : { path, external: true },
    );
  },
};

const quickWidths: Plugin = {
  name: 'quick widths',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(string-width|wrap-ansi)$/ }, ({ path }) => ({ path, namespace: 'instead' }));
    onLoad({ filter: /./, namespace: 'instead' }, ({ path }) => ({ contents: INSTEAD[path]!, resolveDir: root }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [MAIN],
  outfile: BUNDLE,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [ownFilesStay, quickWidths],
  metafile: true,
  logLevel: 'warning',
});
await writeFile(`${root}${MAIN}.licenses.txt`, await licensesOf(Object.keys(metafile.inputs)));
await rename(`${root}${BUNDLE}`, `${root}${MAIN}`);

/** The licenses of the packages that these files are of, in one text. */
async function licensesOf(files: readonly string[]): Promise<string> {
  const packages = new Set(files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  const texts = await Promise.all([...packages].sort().map(licenseOf));
  return texts.join('\n');
}

async function licenseOf(folder: string): Promise<string> {
  const home = join(root, folder);
  const { name, version, license } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const file = (await readdir(home)).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version}, ${license}\n\n${file === undefined ? '' : await readFile(join(home, file), 'utf8')}\n`;
}
