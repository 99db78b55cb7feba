/** Our own graph: what the library and the command line work out from the columns, each task in a process of its own. */
import type { Partition, Row } from '../../protocol/partition.ts';
import { type Contender, type Outcome, stopwatch } from './contender.ts';
import { laterOf } from './files.ts';

/** As `heap FILE --by retained` up to its table. */
export const retained: Contender = {
  name: 'retained',
  title: 'heapwatch',
  prepare: async () => {
    const { columnsOfFile } = await import('./columns-file.ts');
    const { SHORTEST_LABEL } = await import('../../agent/graph/ephemerons.ts');
    const { Heap } = await import('../../agent/graph/heap.ts');
    return async (file): Promise<Outcome> => {
      const { parts, lap } = stopwatch();
      const columns = await columnsOfFile(file, { locations: false, shortestString: SHORTEST_LABEL });
      lap('columns');
      const heap = Heap.forSizes(columns);
      lap('ephemerons');
      heap.dominators.order.at(0);
      lap('dominators');
      const sizes = heap.retained;
      lap('retained sizes');
      return { parts, facts: { totalBytes: sizes[heap.graph.root] } };
    };
  },
};

/** As `heapwatch path FILE CLASS`: from the file to the text of the shortest path to the nearest object of a class. */
export const path: Contender = {
  name: 'path',
  title: 'heapwatch path',
  prepare: async () => {
    const { filePaths } = await import('../../agent/file/file-path.ts');
    return async (file, kind): Promise<Outcome> => {
      const { length } = await filePaths({ path: file, to: kind, most: 1, strings: true }, () => {});
      return { facts: { length } };
    };
  },
};

/** The same in a session, whose sets are by kind. */
export const sessionPath: Contender = {
  name: 'session-path',
  title: "heapwatch console, h.and(hp.Kind('…')).sp[0]",
  prepare: async () => {
    const { columnsOfFile } = await import('./columns-file.ts');
    const { HeapView } = await import('../../agent/sets/view.ts');
    const { wholeHeap } = await import('../../agent/sets/heap-set.ts');
    const { relation } = await import('../../agent/sets/relation.ts');
    return async (file, kind): Promise<Outcome> => {
      const { parts, lap } = stopwatch();
      const view = new HeapView(await columnsOfFile(file));
      lap('columns');
      const set = wholeHeap(view).and(relation('kind').of(kind));
      lap('kind');
      const found = set.sp.at(0);
      lap('path');
      return { parts, facts: { length: found.length } };
    };
  },
};

/** The first page of the reference pattern of a class. */
export const rp: Contender = {
  name: 'rp',
  title: 'heapwatch',
  prepare: async () => {
    const { columnsOfFile } = await import('./columns-file.ts');
    const { HeapView } = await import('../../agent/sets/view.ts');
    const { wholeHeap } = await import('../../agent/sets/heap-set.ts');
    const { relation } = await import('../../agent/sets/relation.ts');
    return async (file, kind): Promise<Outcome> => {
      const { parts, lap } = stopwatch();
      const view = new HeapView(await columnsOfFile(file));
      lap('columns');
      const set = wholeHeap(view).and(relation('kind').of(kind));
      lap('kind');
      const page = String(set.rp);
      lap('pattern');
      return { parts, facts: { lines: page.split('\n').length } };
    };
  },
};

/** Distances from the program's roots. */
export const distance: Contender = {
  name: 'distance',
  title: 'heapwatch',
  prepare: async () => {
    const { columnsOfFile } = await import('./columns-file.ts');
    const { distances } = await import('../../agent/graph/distance.ts');
    const { graphOf } = await import('../../agent/graph/graph.ts');
    return async (file): Promise<Outcome> => {
      const { parts, lap } = stopwatch();
      const columns = await columnsOfFile(file);
      lap('columns');
      const far = distances(graphOf(columns));
      lap('distances');
      return { parts, facts: { root: far[0] } };
    };
  },
};

/** One classifier on columns that nobody has asked anything yet. */
export function classifying(by: string): Contender {
  return {
    name: `classify-${by}`,
    title: `heapwatch --by ${by}`,
    // a kind an object is a string an object
    execArgv: ['--max-old-space-size=8000'],
    prepare: async () => {
      const { columnsOfFile } = await import('./columns-file.ts');
      const { Heap } = await import('../../agent/graph/heap.ts');
      const { classifierNamed } = await import('../../agent/classify/classifiers.ts');
      const classifier = classifierNamed(by);
      return async (file): Promise<Outcome> => {
        const { parts, lap } = stopwatch();
        const heap = new Heap(await columnsOfFile(file));
        lap('columns');
        const { kinds } = classifier.classify(heap);
        lap('classifier');
        return { parts, facts: { [`kinds by ${by}`]: kinds.length } };
      };
    },
  };
}

/** As `heapwatch diff LATER FILE`. */
export function diffing(by: string): Contender {
  return {
    name: `diff-${by}`,
    title: `heapwatch diff --by ${by}`,
    prepare: async () => {
      const { partitionFile } = await import('../../agent/file/file.ts');
      const { difference } = await import('../../protocol/difference.ts');
      const read = async (file: string): Promise<Partition> =>
        (await partitionFile(file, { by: [by], inline: true }))[0];
      return async (file, kind): Promise<Outcome> => {
        const { rows } = difference(await read(laterOf(file)), await read(file));
        const text = by === 'name' ? `object ${kind}` : kind;
        return { facts: { delta: rows.find((row) => row.kind === text)?.count ?? 0 } };
      };
    },
  };
}

/** As `heapwatch heap LATER --since FILE --by name`: object by object, by ids, without edges. */
export const sinceFile: Contender = {
  name: 'since-file',
  title: 'heapwatch heap --since FILE --by name, by ids',
  prepare: async () => {
    const { partitionFile } = await import('../../agent/file/file.ts');
    return async (file, kind): Promise<Outcome> => {
      const [{ rows }] = await partitionFile(laterOf(file), { by: ['name'], before: file, inline: true });
      return { facts: factsOf(rows.find((row) => row.kind === `object ${kind}`)) };
    };
  },
};

/** As a checkpoint and `since` of a live target do it: object by object, by ids, by a kind that edges tell. */
export const since: Contender = {
  name: 'since',
  title: 'heapwatch, by ids and kind (checkpoint, since)',
  prepare: async () => {
    const { columnsOfFile } = await import('./columns-file.ts');
    const { Heap } = await import('../../agent/graph/heap.ts');
    const { classificationOf } = await import('../../agent/classify/naming/classifications.ts');
    const { kind: byKind } = await import('../../agent/classify/kind.ts');
    const { checkpointOf, relative } = await import('../../agent/partition/since.ts');
    return async (file, kind): Promise<Outcome> => {
      const { parts, lap } = stopwatch();
      const classified = async (path: string) => {
        const heap = new Heap(await columnsOfFile(path));
        lap('columns');
        const classification = classificationOf(heap, byKind);
        lap('kinds');
        return { columns: heap.columns, classification };
      };
      const checkpoint = async () => {
        const { columns, classification } = await classified(file);
        const kept = checkpointOf(columns, [{ by: byKind.by, ...classification }]);
        lap('checkpoint');
        return kept;
      };
      const before = await checkpoint();
      const { columns, classification } = await classified(laterOf(file));
      const { rows } = relative(before, columns, classification, byKind);
      lap('comparison');
      return { parts, facts: factsOf(rows.find((row) => row.kind === kind)) };
    };
  },
};

function factsOf(row: Row | undefined): Record<string, number> {
  const [born, freed] = [row?.count ?? 0, row?.freed?.count ?? 0];
  return { born, freed, delta: born - freed };
}
