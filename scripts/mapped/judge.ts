/** Holds what columns show in original names against what is planted and against the text of the sources. */
import { Locations, NO_SITE } from '../../agent/classify/naming/locations.ts';
import { scriptUrls } from '../../agent/classify/naming/scripts.ts';
import { type Columns, EDGE_TYPE_MASK } from '../../agent/parse/columns.ts';
import type { Planted } from './program.ts';

export interface Verdict {
  readonly planted: number;
  readonly right: number;
  /** Planted names that are not there. */
  readonly missing: readonly string[];
  /** Names shown with a place of a source on whose line they are not. */
  readonly wrong: readonly string[];
  /** Names that are shown with a place. */
  readonly shown: number;
}

/** @param files text of each source, by its path as maps give it or the end of it */
export function judged(columns: Columns, files: ReadonlyMap<string, string>, planted: readonly Planted[]): Verdict {
  const seen = new Set(namedThings(columns));
  const missing = planted.filter((each) => !seen.has(keyOf(each))).map(({ sort, name }) => `${sort} ${name}`);
  const { wrong, shown } = wrongNames(columns, files);
  return { planted: planted.length, right: planted.length - missing.length, missing, wrong, shown };
}

function keyOf({ sort, name }: Planted): string {
  return `${sort} ${name}`;
}

function* namedThings(columns: Columns): Generator<string, void> {
  const { nodeCount, nodeType, nodeTypes, nodeName, strings } = columns;
  const [object, closure] = [nodeTypes.indexOf('object'), nodeTypes.indexOf('closure')];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object && nodeType[node] !== closure) continue;
    const sort = nodeType[node] === closure ? 'function' : 'class';
    yield `${sort} ${strings.get(nodeName[node])}`;
    yield* edgesOf(columns, node);
  }
}

function* edgesOf(
  { firstEdge, edgeTarget, edgeName, edgeTypes, strings }: Columns,
  node: number,
): Generator<string, void> {
  for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
    const type = edgeTypes[edgeTarget[edge] & EDGE_TYPE_MASK];
    if (type === 'context') yield `variable ${strings.get(edgeName[edge])}`;
    else if (type === 'property') yield `private ${strings.get(edgeName[edge])}`;
  }
}

interface Source {
  readonly file: string;
  readonly line: number;
}

/** Where nodes are written, in the sources. */
class Sources {
  readonly #columns: Columns;
  readonly #locations: Locations;
  readonly #files: ReadonlyMap<number, string>;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#locations = new Locations(columns);
    this.#files = new Map(
      Array.from(scriptUrls(columns), ([id, url]) => [id, /src\/[a-z]+\.ts$/.exec(url)?.[0] ?? '']),
    );
  }

  of(node: number): Source | undefined {
    const site = this.#locations.of(node);
    const file = site === NO_SITE ? '' : (this.#files.get(this.#columns.siteScript[site]) ?? '');
    return file === '' ? undefined : { file, line: this.#columns.siteLine[site] };
  }
}

/** A name that is shown with a place must be on the line of that place, or a constructor. */
function wrongNames(columns: Columns, files: ReadonlyMap<string, string>): Pick<Verdict, 'wrong' | 'shown'> {
  const { nodeCount, nodeType, nodeTypes, nodeName, strings } = columns;
  const [object, closure] = [nodeTypes.indexOf('object'), nodeTypes.indexOf('closure')];
  const sources = new Sources(columns);
  const shown = new Map<string, boolean>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object && nodeType[node] !== closure) continue;
    const source = sources.of(node);
    const name = strings.get(nodeName[node]);
    // a running function has its own place and the name of V8's object for it
    if (!source || name === '' || name.startsWith('<') || name === 'Generator') continue;
    const line = files.get(source.file)?.split('\n')[source.line] ?? '';
    shown.set(
      `${name} (${source.file}:${source.line + 1})`,
      line.includes(name.replace(/^#|^(get|set) /, '')) || /^\s*constructor\(/.test(line),
    );
  }
  const wrong = [...shown].filter(([, isRight]) => !isRight).map(([text]) => text);
  return { wrong, shown: shown.size };
}
