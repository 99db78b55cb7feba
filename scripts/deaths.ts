/**
 * Has real processes die in every way that a collector may see, and compares what `heapwatch autopsy` says with how they did:
 *
 *     node dist/scripts/deaths.js [--majors 18,26] [--rounds 1] [--only cgroup]     20 of each version of Node a round
 *
 * An autopsy has to name the cause, and among the kinds that grew most the one that was planted. Exit 1 where one is wrong with
 * certainty, or too many are not named.
 *
 * Ways: V8's limit, a control group's, ulimit -v, SIGKILL by a person, exit, an error that nobody caught, abort. Fillings: objects,
 * Buffers, strings. A way that this machine does not have (no control group that we may write) is left out, and said.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { pino } from 'pino';
import type { Autopsy } from '../collector/autopsy/autopsy.ts';
import { DEFAULT_RETENTION } from '../collector/config/store-config.ts';
import { startCollector } from '../collector/main/collector.ts';
import type { DeathCause } from '../protocol/death.ts';
import { configOf } from '../test/support/collector.ts';
import { folder } from '../test/support/folder.ts';
import { NODE_MAJORS, nodeBinary } from '../test/support/node-versions.ts';
import { connect, type StreamClient } from '../test/support/stream-client.ts';
import { startTarget, type Target } from '../test/support/target.ts';

const MB = 2 ** 20;
/** Who waits longer for a walk goes on without one: the process may be collecting all the time by then. */
const WALK_MS = 20_000;
/** So much has been read of a process before it learns how to end. */
const STEPS = 3;
const FILLINGS = ['objects', 'buffers', 'strings'] as const;
/** The kinds that a filling shows as; any of them is an answer. */
const PLANTED: Readonly<Record<string, RegExp>> = {
  objects: /^(Session|elements of Array|Array)$/,
  buffers: /^(data of ArrayBuffer|Buffer|ArrayBuffer)$/,
  strings: /^string$/,
};
/** How much may go unnamed. */
const MOST_UNNAMED = 1 / 30;

interface Way {
  readonly name: string;
  /** What an autopsy is to say. */
  readonly cause: DeathCause;
  readonly fillings: readonly string[];
  readonly execArgv?: readonly string[];
  /** Before it is attached to, as a limit of a container is there before; gives what is to be undone. */
  prepare?(target: Target): () => void;
  /** When it has grown for a while. */
  end?(target: Target): void;
}

const told = (name: string, line: string, cause: DeathCause): Way => ({
  name,
  cause,
  fillings: FILLINGS,
  end: (target) => target.send(`${line}\n`),
});

const ways: Way[] = [
  { name: "V8's limit", cause: 'v8Limit', fillings: ['objects', 'strings'], execArgv: ['--max-old-space-size=60'] },
  { name: 'cgroup', cause: 'cgroup', fillings: FILLINGS, prepare: (target) => confine(target, 160) },
  { name: 'ulimit -v', cause: 'ulimit', fillings: FILLINGS, prepare: (target) => limitAddresses(target, 120) },
  { name: 'SIGKILL', cause: 'killed', fillings: FILLINGS, end: (target) => target.kill('SIGKILL') },
  told('exit', 'exit', 'exit'),
  told('uncaught', 'throw', 'exit'),
  told('abort', 'abort', 'killed'),
];

function confine(target: Target, megabytes: number): () => void {
  const { parent, limit } = groupsHere();
  const group = join(parent, `deaths-${target.pid}`);
  mkdirSync(group);
  writeFileSync(join(group, limit), String(megabytes * MB));
  writeFileSync(join(group, 'cgroup.procs'), String(target.pid));
  return () => rmdirSync(group);
}

/** Of version 1 our own group; of version 2 the topmost, since one that has processes can have no groups that count memory. */
function groupsHere(): { readonly parent: string; readonly limit: string } {
  const first = /:memory:(.*)/.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (first === undefined) return { parent: '/sys/fs/cgroup', limit: 'memory.max' };
  return { parent: join('/sys/fs/cgroup/memory', first), limit: 'memory.limit_in_bytes' };
}

function limitAddresses(target: Target, megabytes: number): () => void {
  const sizeKb = Number(/^VmSize:\s+(\d+)/m.exec(readFileSync(`/proc/${target.pid}/status`, 'utf8'))![1]);
  execFileSync('prlimit', ['--pid', `${target.pid}`, `--as=${sizeKb * 1_024 + megabytes * MB}`]);
  return () => {};
}

interface Outcome {
  readonly isNamed: boolean;
  readonly isKindNamed: boolean;
  readonly isWrongForSure: boolean;
  readonly text: string;
}

/** One process from its start to its end under a collector of its own. */
async function die(way: Way, filling: string, binary: string): Promise<Outcome> {
  await using dir = await folder();
  const execArgv = [...(way.execArgv ?? [])];
  await using target = await startTarget('deaths', { nodeBinary: binary, execArgv, args: [filling] });
  await target.line(/ready/);
  const undo = way.prepare?.(target) ?? (() => {});
  const path = dir.join('hw.db');
  await follow(way, target, path);
  undo();
  return judged(way, filling, await autopsyOf(path));
}

/** Has a collector follow it to its end. */
async function follow(way: Way, target: Target, path: string): Promise<void> {
  const schedule = { usage: 500, walk: 1_000 };
  const config = configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule }]);
  const store = { path, retention: DEFAULT_RETENTION };
  await using collector = await startCollector({ ...config, store }, { logger: pino({ level: 'silent' }) });
  await using client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['target', 'usage', 'partition'] });
  await client.next('usage');
  await client.next('partition');
  const gone = client.next('target', (event) => event.state === 'gone').then(() => false);
  // it grows by what has been read of it, however busy the machine is
  for (let step = 0; step < STEPS || !way.end; step++) {
    target.send('more\n');
    if (!(await Promise.race([gone, walked(client)]))) break;
  }
  way.end?.(target);
  await gone;
  await target.exited;
}

async function walked(client: StreamClient): Promise<true> {
  await Promise.race([client.next('partition'), wait(WALK_MS, undefined, { ref: false })]);
  return true;
}

const HEAPWATCH = fileURLToPath(new URL('../collector/cli/main.js', import.meta.url));

async function autopsyOf(path: string): Promise<Autopsy> {
  const args = [HEAPWATCH, 'autopsy', path, '--target', 'api', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Autopsy;
}

function judged({ cause }: Way, filling: string, { death, kinds }: Autopsy): Outcome {
  const isNamed = death?.cause === cause;
  const grown = kinds.map(({ name }) => name).slice(0, 3);
  return {
    isNamed,
    isKindNamed: grown.some((kind) => PLANTED[filling]!.test(kind)),
    isWrongForSure: !isNamed && death?.certainty === 'certain',
    text: `${death?.cause ?? 'nothing'} (${death?.certainty ?? '-'}): ${death?.text ?? ''}; grown: ${grown.join(', ') || 'nothing'}`,
  };
}

const { values } = parseArgs({
  options: {
    majors: { type: 'string', default: NODE_MAJORS.join() },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const majors = NODE_MAJORS.filter((each) => values.majors.split(',').includes(String(each)));
let [deaths, named, kindsNamed, wrongForSure] = [0, 0, 0, 0];
for (let round = 0; round < Number(values.rounds); round++) {
  for (const major of majors) {
    const binary = await nodeBinary(major);
    for (const way of ways.filter(({ name }) => values.only === undefined || name.includes(values.only))) {
      for (const filling of way.fillings)
        count(`Node ${major}, ${way.name}, ${filling}`, await outcomeOf(way, filling, binary));
    }
  }
}
process.stdout.write(
  `of ${deaths}: ${named} causes and ${kindsNamed} kinds named, ${wrongForSure} wrong with certainty\n`,
);
process.exitCode = wrongForSure === 0 && Math.min(named, kindsNamed) >= deaths * (1 - MOST_UNNAMED) ? 0 : 1;

function outcomeOf(way: Way, filling: string, binary: string): Promise<Outcome | Error> {
  return die(way, filling, binary).catch((error: Error) => error);
}

function count(what: string, outcome: Outcome | Error): void {
  if (outcome instanceof Error) {
    process.stdout.write(`left out ${what}: ${outcome.message.split('\n')[0]}\n`);
    return;
  }
  deaths++;
  if (outcome.isNamed) named++;
  if (outcome.isKindNamed) kindsNamed++;
  if (outcome.isWrongForSure) wrongForSure++;
  const verdict = outcome.isNamed && outcome.isKindNamed ? 'named' : outcome.isNamed ? 'NO KIND' : 'NOT NAMED';
  process.stdout.write(`${verdict} ${what}: ${outcome.text}\n`);
}
