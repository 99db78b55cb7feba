/** A snapshot file as we read it, beside JSON.parse. */
import { readFileSync } from 'node:fs';
import { CLASSIFIERS } from '../../agent/classify/classifiers.ts';
import { partitionFile } from '../../agent/file/file.ts';
import { columnsOfFile } from '../bench/columns-file.ts';

export interface Checked {
  readonly verdict: string;
  readonly isRight: boolean;
  readonly nodes: number;
  readonly sizeBytes: number;
}

interface Plain {
  readonly snapshot: {
    readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]] };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

/** Right: read as JSON.parse reads it by every classifier, or refused in one line. */
export async function checkFile(path: string): Promise<Checked> {
  const { snapshot, nodes } = JSON.parse(readFileSync(path, 'utf8')) as Plain;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [width, typeAt, sizeAt] = [fields.length, fields.indexOf('type'), fields.indexOf('self_size')];
  const synthetic = (types[typeAt] as string[]).indexOf('synthetic');
  let [count, sizeBytes] = [0, 0];
  for (let at = 0; at < nodes.length; at += width) {
    if (nodes[at + typeAt] === synthetic) continue;
    count++;
    sizeBytes += nodes[at + sizeAt]!;
  }
  const all = { nodes: nodes.length / width, sizeBytes };
  try {
    const { nodeCount } = await columnsOfFile(path);
    if (nodeCount !== all.nodes) return { ...all, isRight: false, verdict: `${nodeCount} nodes in the columns` };
    const by = CLASSIFIERS.map((classifier) => classifier.by);
    for (const partition of await partitionFile(path, { by })) {
      const sums = [partition.count, partition.sizeBytes];
      if (sums[0] === count && sums[1] === sizeBytes) continue;
      return {
        ...all,
        isRight: false,
        verdict: `by ${partition.by}: ${sums.join(' objects, ')} bytes, not ${count}, ${sizeBytes}`,
      };
    }
    return { ...all, isRight: true, verdict: `as JSON.parse, by ${by.length} classifiers` };
  } catch (error) {
    const { message } = error as Error;
    return { ...all, isRight: !message.includes('\n') && message.startsWith('Cannot '), verdict: message };
  }
}
