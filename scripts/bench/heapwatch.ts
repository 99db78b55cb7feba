/** Our own readers: the histogram that reads no edges, the columns, and the partition that they are for. */
import type { Partition } from '../../protocol/partition.ts';
import type { Contender, Counts } from './contender.ts';

/** As `heapwatch heap FILE --by name`: edges skipped. */
export const byName: Contender = {
  name: 'by-name',
  title: 'heapwatch --by name',
  prepare: async () => {
    const { partitionFile } = await import('../../agent/file/file.ts');
    return async (file) => {
      const [partition] = await partitionFile(file, { by: ['name'], inline: true });
      return { count: (classes) => rowsOf(partition, classes, 'object ') };
    };
  },
};

/** All columns and strings. */
export const columns: Contender = {
  name: 'columns',
  title: 'heapwatch, all columns',
  prepare: async () => {
    const { columnsOfFile } = await import('./columns-file.ts');
    return async (file) => {
      const { nodeTypes, nodeType, nodeName, nodeCount, strings } = await columnsOfFile(file);
      const object = nodeTypes.indexOf('object');
      const countOf = (name: string) => {
        const string = strings.find(name);
        let count = 0;
        for (let node = 0; node < nodeCount; node++) {
          if (nodeName[node] === string && nodeType[node] === object) count++;
        }
        return count;
      };
      return { count: (classes) => Object.fromEntries(classes.map((name) => [name, countOf(name)])) };
    };
  },
};

/** As `heapwatch heap FILE`: columns and the default kind. */
export const byKind: Contender = {
  name: 'by-kind',
  title: 'heapwatch --by kind (columns)',
  prepare: async () => {
    const { partitionFile } = await import('../../agent/file/file.ts');
    return async (file) => {
      const [partition] = await partitionFile(file, { by: ['kind'], inline: true });
      return { count: (classes) => rowsOf(partition, classes, '') };
    };
  },
};

function rowsOf({ rows }: Partition, classes: readonly string[], prefix: string): Counts {
  const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
  return Object.fromEntries(classes.map((name) => [name, counts.get(prefix + name) ?? 0]));
}
