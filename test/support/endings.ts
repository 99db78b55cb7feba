/**
 * Ends collectors while their targets send snapshots, again and again, and looks at what becomes of the targets.
 *
 *     collector ─ targets, a snapshot of each ─ at a random moment: its end ─> every target lives, no file is half-written
 */
import { writeFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { openSession } from '../../agent/cdp/open-session.ts';
import { AttachError, DetachedError } from '../../agent/cdp/session.ts';
import { type Cli, startCli } from './cli.ts';
import type { Folder } from './folder.ts';
import { startTarget, type Target } from './target.ts';

/** How a target's snapshot comes to lose the process that asked for it. */
export const WAYS = ['SIGTERM', 'SIGHUP', 'SIGKILL', 'reload', 'discovery'] as const;
export type Way = (typeof WAYS)[number];

export interface EndingsOptions {
  readonly dir: Folder;
  readonly way: Way;
  /** How many snapshots are to be ended. */
  readonly endings: number;
  /** Binaries of the Nodes that targets run on; each has one target. */
  readonly nodes: readonly string[];
  readonly onEnding?: (ended: number) => void;
}

/** What was found; nothing where all is well. */
export async function endInSnapshots({ dir, way, endings, nodes, onEnding }: EndingsOptions): Promise<string[]> {
  const problems: string[] = [];
  const targets = await Promise.all(nodes.map(startVictim));
  try {
    for (let ended = 0; ended < endings; ended += nodes.length) {
      for (const problem of await endOnce(dir, way, targets)) problems.push(`${way}: ${problem}`);
      for (const [at, { isDead }] of targets.entries()) if (isDead) targets[at] = await startVictim(nodes[at]!);
      onEnding?.(ended + nodes.length);
    }
  } finally {
    await Promise.all(targets.map(({ target }) => target[Symbol.asyncDispose]()));
  }
  return problems;
}

interface Victim {
  readonly target: Target;
  isDead: boolean;
}

async function startVictim(nodeBinary: string): Promise<Victim> {
  const target = await startTarget('population', { nodeBinary });
  await target.line(/^ready/);
  return { target, isDead: false };
}

async function endOnce(dir: Folder, way: Way, victims: readonly Victim[]): Promise<string[]> {
  const kept = dir.join('kept');
  await rm(kept, { recursive: true, force: true });
  await mkdir(kept, { mode: 0o700 });
  const plan = planOf(dir, way, victims);
  plan.write(true);
  const collector = startCli(['collect', ...plan.args]);
  try {
    const [, url] = await collector.said(/"url":"ws:\/\/([^/"]+)/);
    const base = `http://${url}/v1`;
    const asked = (await attached(base, victims.length)).map((name) => ask(base, name));
    await somePartial(kept);
    await wait(Math.random() * 400);
    plan.write(false);
    await end(collector, way, victims.length);
    await Promise.all(asked);
    // what is killed before its standby knows of the file leaves it to the next start
    if (way === 'SIGKILL') await startAgain(plan);
    return await found(kept, victims);
  } finally {
    collector.process.kill('SIGKILL');
    await collector.result;
  }
}

/** A collector without targets, up and ended in its own time: it sweeps what an earlier one has left. */
async function startAgain({ args }: Plan): Promise<void> {
  const collector = startCli(['collect', ...args]);
  await collector.said(/"url":"ws:/);
  collector.process.kill('SIGTERM');
  await collector.result;
}

interface Plan {
  readonly args: readonly string[];
  /** Writes what the collector reads: with its targets, or without any. */
  write(there: boolean): void;
}

const LIMITS = 'limits: { maxPause: 5m, maxExtraMemory: 8GB, pauseBudget: 1h/h }';
const SCHEDULE = 'schedule: { usage: 1s, sampling: false, types: false }';

function planOf(dir: Folder, way: Way, victims: readonly Victim[]): Plan {
  const addresses = victims.map(({ target }) => `127.0.0.1:${target.port}`);
  const store = `store: { path: ${dir.join('hw.db')}, snapshots: { dir: ${dir.join('kept')} } }`;
  if (way === 'SIGHUP') {
    // a collector without a file has nothing to read anew, and ends
    const targets = addresses.flatMap((address, at) => ['--target', `t${at}=${address}`]);
    const settings = [LIMITS, SCHEDULE, store, 'listen: 127.0.0.1:0'].flatMap((line) => [
      '--set',
      line.replace(': ', '='),
    ]);
    return { args: [...targets, ...settings], write: () => {} };
  }
  const config = dir.join('heapwatch.yaml');
  const list = dir.join('targets.json');
  const discovers = way === 'discovery';
  return {
    args: ['--config', config],
    write(there) {
      const named = addresses.map((address, at) => `{ name: t${at}, inspect: "${address}" }`);
      // a collector is not without targets
      const targets = `targets: [${there && !discovers ? named.join(', ') : '{ name: nobody, inspect: "127.0.0.1:1" }'}]`;
      const discover = discovers ? `discover: [{ file: ${list}, every: 1s, forgetAfter: 0s }]` : '';
      const found = addresses.map((address, at) => ({ targets: [address], labels: { __heapwatch_name__: `t${at}` } }));
      writeFileSync(list, JSON.stringify(there ? found : []));
      writeFileSync(config, ['listen: 127.0.0.1:0', LIMITS, SCHEDULE, store, targets, discover].join('\n'));
    },
  };
}

/** The names of the targets, when all of them are attached. */
async function attached(base: string, count: number): Promise<string[]> {
  for (;;) {
    const answer = await fetch(`${base}/targets`);
    const { targets } = (await answer.json()) as { targets: { target: string; state: string }[] };
    const names = targets.filter(({ state }) => state === 'attached').map(({ target }) => target);
    if (names.length === count) return names;
    await wait(20);
  }
}

/** Asks for a snapshot; what becomes of it is not asked. */
async function ask(base: string, target: string): Promise<void> {
  const body = JSON.stringify({ target, probe: 'snapshot', yes: true });
  const headers = { 'Content-Type': 'application/json' };
  await fetch(`${base}/probe`, { method: 'POST', headers, body }).catch(() => {});
}

/** Resolves when some snapshot has begun to come. */
async function somePartial(kept: string): Promise<void> {
  for (;;) {
    for (const name of await readdir(kept)) {
      const size = await stat(`${kept}/${name}`).then(
        (stats) => stats.size,
        () => 0,
      );
      if (size > 0) return;
    }
    await wait(10);
  }
}

async function end(collector: Cli, way: Way, count: number): Promise<void> {
  if (way === 'reload' || way === 'discovery') {
    if (way === 'reload') collector.process.kill('SIGHUP');
    await collector.said(new RegExp(`(?:"target removed"[^]*){${count}}`));
    return;
  }
  collector.process.kill(way);
  await collector.result;
}

async function found(kept: string, victims: readonly Victim[]): Promise<string[]> {
  const problems: string[] = [];
  for (const [at, victim] of victims.entries()) {
    // asked twice: it may die of the end of the snapshot's connection, after which it is answered once more
    victim.isDead = !((await answers(victim.target)) && (await answers(victim.target)));
    if (!victim.isDead) continue;
    const { code, signal } = await victim.target.exited;
    problems.push(`target ${at} ended with ${signal ?? code}`);
  }
  const partial = (await readdir(kept)).filter((name) => name.endsWith('.partial'));
  if (partial.length > 0) problems.push(`${partial.length} half-written files are left`);
  return problems;
}

/** Asks a target that may send to nobody any more: it answers when it has sent all of it, if it lives. */
async function answers(target: Target): Promise<boolean> {
  try {
    await using session = await openSession(target.wsUrl, { timeoutMs: 60_000 });
    await session.send('Runtime.evaluate', { expression: '1' });
    return true;
  } catch (error) {
    if (error instanceof AttachError || error instanceof DetachedError) return false;
    throw error;
  }
}
