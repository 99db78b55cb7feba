/**
 * Programs with one defect planted, and programs with none (test/fixtures/defects.mjs): what a report finds in each, by a snapshot
 * file and by a walk from outside.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileColumns } from '../../agent/file/file-columns.ts';
import { findingsOf } from '../../agent/findings/findings.ts';
import { Walker } from '../../agent/probe/walk.ts';
import { HeapView } from '../../agent/sets/view.ts';
import type { FindingName, Findings } from '../../protocol/finding.ts';
import { folder } from './folder.ts';
import { type NodeMajor, nodeBinary } from './node-versions.ts';
import { projectRoot } from './project.ts';
import { startTarget } from './target.ts';

const run = promisify(execFile);
const PROGRAM = join(projectRoot, 'test/fixtures/defects.mjs');
const FLAGS = ['--expose-gc'];

/** By the defect's name: what has to be among the first three findings. */
export const DEFECTS = {
  sessions: 'dominant kind',
  literals: 'dominant kind',
  holder: 'large holder',
  duplicates: 'duplicate strings',
  slices: 'pinned strings',
  weak: 'empty weak references',
  listeners: 'listener pile',
  timers: 'timer pile',
  promises: 'promise pile',
  closure: 'large closure',
  modules: 'module copies',
  realms: 'realm copies',
  views: 'buffers of one size',
  empties: 'empty collections',
  texts: 'large strings',
  room: 'unused room',
} as const satisfies Record<string, FindingName>;

export type Defect = keyof typeof DEFECTS;

export const CLEAN = ['idle', 'lru', 'weakly', 'busy', 'served'] as const;

export type Program = Defect | (typeof CLEAN)[number];

export async function foundInFile(program: Program, major: NodeMajor): Promise<Findings> {
  await using dir = await folder();
  const path = dir.join('target.heapsnapshot');
  await run(await nodeBinary(major), [...FLAGS, PROGRAM, program, path]);
  const { columns } = await fileColumns(path, () => {});
  return findingsOf(new HeapView(columns, { strings: false }), { target: 'target' });
}

export async function foundByWalk(program: Program, major: NodeMajor): Promise<Findings> {
  const options = { nodeBinary: await nodeBinary(major), inspect: false, execArgv: FLAGS, args: [program] };
  await using target = await startTarget('defects', options);
  await target.line(/ready/);
  await using walker = await Walker.open({ pid: target.pid });
  const findings = { strings: false, target: 'target', earlier: [] };
  const graph = await walker.graph('main', { findings }, { target: 'target' });
  return graph.findings!;
}

/** What is wrong with what was found, in one line; undefined where all is well. */
export function faultOf(program: Program, { findings }: Findings): string | undefined {
  const first = findings.slice(0, 3).map(({ finding, severity }) => `${severity} ${finding}`);
  const shown = `${program}: ${first.join(', ') || 'nothing'}`;
  if (isDefect(program)) {
    const found = findings.slice(0, 3).find(({ finding }) => finding === DEFECTS[program]);
    return found && found.severity !== 'low' ? undefined : shown;
  }
  return findings.every(({ severity }) => severity === 'low') ? undefined : shown;
}

function isDefect(program: Program): program is Defect {
  return program in DEFECTS;
}
