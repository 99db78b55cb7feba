/**
 * What keeps an object of a snapshot file alive, by the shortest way that tells: one reading, no kinds of all nodes, no
 * referrers, no dominators; and the locations, a twentieth of a file, only where the path's text names a place.
 */
import { classificationOf } from '../classify/classifications.ts';
import { kind as byKind } from '../classify/kind.ts';
import { className } from '../classify/words.ts';
import type { Columns } from '../heap/columns.ts';
import { withLocationsOf } from '../heap/file-locations.ts';
import { Numbers } from '../heap/numbers.ts';
import { ColumnsParser } from '../heap/parser.ts';
import type { NodeSet } from '../heap/set.ts';
import { heapSet } from '../sets/heap-set.ts';
import { HeapView } from '../sets/view.ts';
import { columnsByTwo } from './columns-by-two.ts';
import { namingFile } from './file-error.ts';
import { look, RegularFile, streamInto } from './file-reader.ts';
import type { FileEvent } from './file-rows.ts';
import { throttled } from './throttle.ts';

export interface PathJob {
  readonly path: string;
  /** A class by its name, any other kind as the table by kind shows it, or an object by its id, `@4711`. */
  readonly to: string;
  /** Paths at most. */
  readonly most: number;
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
}

export interface FilePaths {
  /** Objects that `to` names. */
  readonly objects: number;
  /** Edges of each path; 0 where there is none. */
  readonly length: number;
  /** The shortest paths from the program's roots to the nearest of the objects. */
  readonly paths: readonly string[];
}

/** @throws RangeError where nothing is of that kind, SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export function filePaths(job: PathJob, tell: (event: FileEvent) => void): Promise<FilePaths> {
  return namingFile(job.path, () => find(job, tell));
}

async function find(job: PathJob, tell: (event: FileEvent) => void): Promise<FilePaths> {
  const { sizeBytes } = look(job.path);
  const tellSometimes = throttled(tell);
  const total = sizeBytes === null ? {} : { totalBytes: sizeBytes };
  const onBytes = (bytes: number) => tellSometimes({ phase: 'reading', bytes, ...total });
  if (sizeBytes !== null) {
    using file = new RegularFile(job.path);
    if (!file.isGzip()) {
      const columns = await columnsByTwo(file, { sizeBytes, locations: false }, onBytes);
      return pathsIn(withLocationsOf(columns, file.readAt, sizeBytes), job);
    }
  }
  const parser = new ColumnsParser();
  await streamInto(job.path, parser, onBytes);
  return pathsIn(parser.end(), job);
}

function pathsIn(columns: Columns, { path, to, most, strings }: PathJob): FilePaths {
  const view = new HeapView(columns, { strings });
  const nodes = named(view, to);
  if (nodes.length === 0) {
    throw new RangeError(`Cannot find a path to ${to}: ${path} has none; see heapwatch heap ${path} for those it has`);
  }
  const { sp } = heapSet(view, nodes);
  if (sp.isEmpty) return { objects: nodes.length, length: 0, paths: [] };
  const first = sp.at(0);
  // the first path costs less than all to list them from
  return { objects: nodes.length, length: first.length, paths: most === 1 ? [String(first)] : sp.aslist(most) };
}

function named(view: HeapView, to: string): NodeSet {
  const id = /^@(\d+)$/.exec(to)?.[1];
  if (id !== undefined) {
    const node = view.nodeOfId(Number(id));
    return node === undefined ? new Uint32Array(0) : Uint32Array.of(node);
  }
  const instances = ofClass(view.heap.columns, to);
  return instances.length > 0 ? instances : ofKind(view, to);
}

/** The objects of all classes of that name: its name alone tells, and each name is looked at once. */
function ofClass({ nodeCount, nodeType, nodeTypes, nodeName, strings }: Columns, wanted: string): NodeSet {
  const object = nodeTypes.indexOf('object');
  const isWanted = new Map<number, boolean>();
  const nodes = new Numbers();
  let lastName = -1;
  let last = false;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object) continue;
    const name = nodeName[node];
    if (name !== lastName) {
      last = isWanted.get(name) ?? className(strings.get(name)) === wanted;
      isWanted.set(name, last);
      lastName = name;
    }
    if (last) nodes.push(node);
  }
  return nodes.toArray();
}

/** Those that the table by kind shows so. */
function ofKind(view: HeapView, text: string): NodeSet {
  const { kindOf, kinds } = classificationOf(view.heap, byKind);
  const wanted = kinds.indexOf(text);
  return wanted < 0 ? new Uint32Array(0) : view.all.filter((node) => kindOf[node] === wanted);
}
