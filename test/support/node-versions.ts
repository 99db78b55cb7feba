/** The versions of Node that targets are tried on: one pinned release of each major, fetched from the registry once. */
import { join } from 'node:path';
import { install } from './install.ts';

/** Majors whose processes can be targets. */
export const NODE_MAJORS = [18, 20, 22, 24, 26] as const;
export type NodeMajor = (typeof NODE_MAJORS)[number];

/** Majors that a whole matrix of this run tries: the least that heapwatch runs on, or those of `HEAPWATCH_MAJORS` (18,22,24). */
export const TRIED_MAJORS: readonly NodeMajor[] = triedMajors(process.env.HEAPWATCH_MAJORS ?? '20');

/** The same of the one that stands for all: the newest too. */
export const ALWAYS_TRIED_MAJORS: readonly NodeMajor[] = triedMajors(process.env.HEAPWATCH_MAJORS ?? '20,26');

const RELEASE: Record<NodeMajor, string> = {
  18: '18.20.8',
  20: '20.20.2',
  22: '22.23.3',
  24: '24.21.0',
  26: '26.10.0',
};

const binaries = new Map<NodeMajor, Promise<string>>();

/**
 * Absolute path of a Node of that major: the running one where the major is its own, else the file that
 * `HEAPWATCH_NODE_<major>` names, else the pinned release, installed into `.cache/nodes` on first use (some 40 MB).
 * @throws Error when the registry does not answer or has no build for this platform.
 */
export function nodeBinary(major: NodeMajor): Promise<string> {
  let binary = binaries.get(major);
  if (binary === undefined) {
    binary = locate(major);
    binaries.set(major, binary);
  }
  return binary;
}

async function locate(major: NodeMajor): Promise<string> {
  if (process.version.startsWith(`v${major}.`)) return process.execPath;
  const own = process.env[`HEAPWATCH_NODE_${major}`];
  if (own) return own;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    const home = await install(`nodes/${RELEASE[major]}`, [`${name}@${RELEASE[major]}`]);
    return join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot get Node ${major}: ${reason}, or set HEAPWATCH_NODE_${major} to a Node ${major} binary`, {
      cause: error,
    });
  }
}

function triedMajors(list: string): NodeMajor[] {
  const majors = list.split(',').map(Number);
  const unknown = majors.filter((major) => !(NODE_MAJORS as readonly number[]).includes(major));
  if (unknown.length > 0) {
    throw new Error(`Cannot try Node ${unknown.join()}: HEAPWATCH_MAJORS lists some of ${NODE_MAJORS.join()}`);
  }
  return majors as NodeMajor[];
}
