/**
 * Holds the folders against `docs/architecture.md`, where they are listed from the top down: every folder is listed, and no
 * file imports from a folder above its own, types included.
 *
 *     node dist/scripts/folders.js     prints what is wrong, a line each, and exits 1; nothing where all is well
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Rooms whose folders have an order, each a list in the document. */
const ROOMS = ['agent', 'collector'] as const;
/** The page has a house of its own: one line in the list, and only its imports from outside are looked at. */
const PAGE = 'collector/ui';

/** What is wrong with the project at `root`: a line each. */
export function folderFaults(root: string): string[] {
  const document = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const files = new Map(ROOMS.flatMap((room) => sourcesIn(root, room)).map((file) => [file, importsOf(root, file)]));
  const order = ROOMS.flatMap((room) => foldersOf(document, room).map((folder) => `${room}/${folder}`));
  return [...unlisted(files, order), ...upwards(files, order), ...circles(files)];
}

/** The folders of a room as its block in the document lists them, the top first. @throws Error without such a block */
export function foldersOf(document: string, room: string): string[] {
  const block = new RegExp(`^## ${room}\\n[\\s\\S]*?\`\`\`\\n([\\s\\S]*?)\`\`\``, 'm').exec(document)?.[1];
  if (block === undefined) throw new Error(`Cannot read docs/architecture.md: it has no list of folders for ${room}`);
  return block
    .split('\n')
    .map((line) => line.split(/\s/, 1)[0]!)
    .filter((name) => name !== '');
}

function sourcesIn(root: string, room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .map((name) => `${room}/${name}`)
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !file.endsWith('.as.ts'));
}

/** Files of ours that `file` imports, also by `import()` and for their types only. */
function importsOf(root: string, file: string): string[] {
  const code = readFileSync(join(root, file), 'utf8');
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1]!)),
  );
}

type Files = ReadonlyMap<string, readonly string[]>;

function unlisted(files: Files, order: readonly string[]): string[] {
  const used = new Set([...files.keys()].map((file) => folderOf(file, order) ?? dirname(file)));
  return [
    ...[...used]
      .filter((folder) => !order.includes(folder))
      .map((folder) => `${folder}: docs/architecture.md does not list it`),
    ...order
      .filter((folder) => !used.has(folder))
      .map((folder) => `${folder}: docs/architecture.md lists it, and no file is there`),
  ];
}

function upwards(files: Files, order: readonly string[]): string[] {
  const faults: string[] = [];
  for (const [file, imports] of files) {
    const own = folderOf(file, order);
    for (const target of imports) {
      const other = folderOf(target, order);
      if (own === undefined || other === undefined || own.split('/')[0] !== other.split('/')[0]) continue;
      if (order.indexOf(other) < order.indexOf(own)) faults.push(`${file}: imports ${target}, which is above it`);
    }
  }
  return faults;
}

/** The listed folder that a file is in: its own or the nearest one around it. */
function folderOf(file: string, order: readonly string[]): string | undefined {
  if (file.startsWith(`${PAGE}/`)) return PAGE;
  for (let folder = dirname(file); folder.includes('/'); folder = dirname(folder)) {
    if (order.includes(folder)) return folder;
  }
  return undefined;
}

/** Sets, kinds, relations and paths give each other: heapy's words are one circle by their nature, of types alone. */
const CIRCLE_OF_ITS_OWN = 'agent/sets/';

/** Circles of imports, each named once by its files. */
function circles(files: Files): string[] {
  const faults = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      faults.add(`${[...path.slice(at)].sort().join(', ')}: import each other in a circle`);
      return;
    }
    if (done.has(file)) return;
    for (const target of files.get(file) ?? []) {
      if (!(file.startsWith(CIRCLE_OF_ITS_OWN) && target.startsWith(CIRCLE_OF_ITS_OWN))) visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return [...faults];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = folderFaults(fileURLToPath(new URL('../../', import.meta.url)));
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
