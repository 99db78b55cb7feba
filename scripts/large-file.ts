/**
 * Writes a snapshot file of about so many bytes, piece by piece: of heaps that are larger than this machine could hold.
 *
 *     node dist/scripts/large-file.js 5GB large.heapsnapshot
 *
 *     root > global > registry > page (1,000 of its units) > Session > properties, elements, name, Map > table > name of the one before
 *
 * In the form that V8 writes, which is read faster than others. Every session is of one form, each with a name of its own. `Last` is the last object, which the registry holds as well.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NODE_TYPES =
  'hidden,array,string,object,code,closure,regexp,number,native,synthetic,concatenated string,sliced string,symbol,bigint,object shape';
const EDGE_TYPES = 'context,element,property,internal,hidden,shortcut,weak';
const [HIDDEN, ARRAY, STRING, OBJECT, NUMBER, SYNTHETIC] = [0, 1, 2, 3, 7, 9];
const [ELEMENT, PROPERTY, INTERNAL] = [1, 2, 3];
const NODE_FIELDS = 6;
const UNITS_OF_PAGE = 1000;
/** Nodes of a unit, in this order. */
const [SESSION, PROPERTIES, ELEMENTS, NAME, MAP, TABLE, AT] = [0, 1, 2, 3, 4, 5, 6];
const UNIT_NODES = 7;
const UNIT_EDGES = 15;
/** After the root: global object, registry, hidden class, Last. */
const [GLOBAL, REGISTRY, SHAPE, LAST] = [1, 2, 3, 4];
const FIRST = 5;
const STRINGS = [
  ['', 'global / ', 'Array', 'system / Map', 'Last', 'Session', '(object properties)', '(object elements)', 'Map'],
  ['registry', 'map', 'properties', 'elements', 'name', 'visits', 'table', 'at', 'last', 'heap number'],
].flat();
const BUFFER_BYTES = 1 << 22;

const string = (text: string): number => STRINGS.indexOf(text);

/** Bytes of text that is appended in pieces. */
class Output implements Disposable {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #length = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'w', 0o600);
  }

  text(text: string): void {
    if (this.#length + text.length > BUFFER_BYTES) this.#flush();
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  [Symbol.dispose](): void {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    for (let at = 0; at < this.#length; ) at += writeSync(this.#fd, this.#buffer, at, this.#length - at);
    this.#length = 0;
  }
}

export interface LargeFile {
  readonly units: number;
  readonly nodes: number;
  readonly edges: number;
}

/** Writes a heap of `units` sessions. */
export function writeLargeFile(path: string, units: number): LargeFile {
  const pages = Math.ceil(units / UNITS_OF_PAGE);
  const nodes = FIRST + pages + units * UNIT_NODES;
  const edges = 1 + 2 + (pages + 1) + units + units * UNIT_EDGES;
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
    node_types: [NODE_TYPES.split(','), 'string', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [EDGE_TYPES.split(','), 'string_or_number', 'node'],
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  };
  const snapshot = { meta, node_count: nodes, edge_count: edges, trace_function_count: 0 };
  using out = new Output(path);
  out.text(`{"snapshot":${JSON.stringify(snapshot)},\n"nodes":[`);
  writeNodes(out, units, pages);
  out.text('],\n"edges":[');
  writeEdges(out, units, pages);
  out.text('],\n"locations":[],\n"strings":[');
  out.text(STRINGS.map((each) => JSON.stringify(each)).join(',\n'));
  for (let unit = 0; unit < units; unit++) out.text(`,\n"session ${unit}"`);
  out.text(']}\n');
  return { units, nodes, edges };
}

function writeNodes(out: Output, units: number, pages: number): void {
  let node = 0;
  const write = (type: number, name: number, size: number, edges: number) => {
    out.text(`${node === 0 ? '' : ','}${type},${name},${2 * node + 1},${size},${edges},0\n`);
    node++;
  };
  write(SYNTHETIC, string(''), 0, 1);
  write(OBJECT, string('global / '), 48, 2);
  write(OBJECT, string('Array'), 32, pages + 1);
  write(HIDDEN, string('system / Map'), 80, 0);
  write(OBJECT, string('Last'), 24, 0);
  for (let page = 0; page < pages; page++) {
    write(OBJECT, string('Array'), 32, Math.min(UNITS_OF_PAGE, units - page * UNITS_OF_PAGE));
  }
  for (let unit = 0; unit < units; unit++) {
    write(OBJECT, string('Session'), 56, 7);
    write(ARRAY, string('(object properties)'), 40, 1);
    write(ARRAY, string('(object elements)'), 32, 2);
    write(STRING, STRINGS.length + unit, 24, 0);
    write(OBJECT, string('Map'), 32, 2);
    write(ARRAY, string(''), 96, 3);
    write(NUMBER, string('heap number'), 12, 0);
  }
}

function writeEdges(out: Output, units: number, pages: number): void {
  let isFirst = true;
  const write = (type: number, name: number, to: number) => {
    out.text(`${isFirst ? '' : ','}${type},${name},${to * NODE_FIELDS}\n`);
    isFirst = false;
  };
  const firstUnit = FIRST + pages;
  write(ELEMENT, 1, GLOBAL);
  write(PROPERTY, string('registry'), REGISTRY);
  write(PROPERTY, string('last'), LAST);
  for (let page = 0; page < pages; page++) write(ELEMENT, page, FIRST + page);
  write(PROPERTY, string('last'), LAST);
  for (let unit = 0; unit < units; unit++) write(ELEMENT, unit % UNITS_OF_PAGE, firstUnit + unit * UNIT_NODES);
  for (let unit = 0; unit < units; unit++) {
    const own = firstUnit + unit * UNIT_NODES;
    const before = unit === 0 ? own : own - UNIT_NODES;
    write(INTERNAL, string('map'), SHAPE);
    write(INTERNAL, string('properties'), own + PROPERTIES);
    write(INTERNAL, string('elements'), own + ELEMENTS);
    write(PROPERTY, string('name'), own + NAME);
    write(PROPERTY, string('visits'), own + MAP);
    write(PROPERTY, string('at'), own + AT);
    write(ELEMENT, 0, own + AT);
    write(ELEMENT, 0, own + NAME);
    write(ELEMENT, 0, own + AT);
    write(ELEMENT, 1, own + MAP);
    write(INTERNAL, string('map'), SHAPE);
    write(INTERNAL, string('table'), own + TABLE);
    write(ELEMENT, 0, own + NAME);
    write(ELEMENT, 1, before + NAME);
    write(ELEMENT, 2, own + SESSION);
  }
}

/** Of a unit, in the middle of what such files hold. */
const UNIT_BYTES = 400;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [size = '', path] = process.argv.slice(2);
  const [, figure, unit] = /^(\d+)(MB|GB)$/.exec(size) ?? [];
  if (figure === undefined || path === undefined) {
    process.stderr.write('Cannot write a large file: say how large and where, 5GB large.heapsnapshot\n');
    process.exitCode = 2;
  } else {
    const bytes = Number(figure) * (unit === 'GB' ? 2 ** 30 : 2 ** 20);
    process.stdout.write(`${JSON.stringify(writeLargeFile(path, Math.ceil(bytes / UNIT_BYTES)))}\n`);
  }
}
