/**
 * Interrupts every command at random moments, on each version of Node, and looks at what is left: whether the target lives, an
 * inspector that was opened for it is closed again, anybody is still connected to it, it is stopped, it has more files open
 * than before, a file is half written.
 *
 *     node dist/scripts/interrupts.js --rounds 100 --majors 18,20,22,24,26
 *     node dist/scripts/interrupts.js --commands beside       those that only talk to a collector or read a file
 *
 * Rounds are of each version; half of the lanes, which go side by side, interrupt by an open port and half by pid. Prints each thing that is left, and exits 1 if there is one.
 */
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listeningRows } from '../agent/process/listening.ts';
import { strangersOn, tcpTable } from '../agent/process/tcp-table.ts';
import { runCli, startCli } from '../test/support/cli.ts';
import { type Folder, folder } from '../test/support/folder.ts';
import { type NodeMajor, nodeBinary } from '../test/support/node-versions.ts';
import { startTarget, type Target } from '../test/support/target.ts';
import { BESIDE_COMMANDS, startBeside } from './interrupts/beside.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    majors: { type: 'string', default: '18,20,22,24,26' },
    lanes: { type: 'string', default: '4' },
    commands: { type: 'string', default: 'live' },
    within: { type: 'string', default: '4000' },
  },
});

/** By what a command is called; `T` stands for the target, `F` for a file's name without its ending. */
const LIVE_COMMANDS: readonly string[] = [
  // not with --heap, which attaches to every process of the machine
  'ls',
  'heap T --yes --rows 1',
  'heap T --probe types --rows 1',
  'heap T --probe census --yes --rows 1',
  'heap T --since 1s --yes --rows 1',
  'snapshot T --yes -o F.heapsnapshot',
  'sample T --for 20s -o F.heapprofile',
  'record T --every 1s -o F.jsonl',
  'tail T --every 1s --json',
  'path T Object --yes',
  'heap T --probe walk --rows 1',
  'heap T --probe walk --by retained --rows 1',
  'snapshot T --probe walk -o F.heapsnapshot',
  'diff T T',
  'console T --yes',
  'collect --target t=T --every 1s --listen 127.0.0.1:0 --log error',
];
const COMMANDS = options.commands === 'beside' ? BESIDE_COMMANDS : LIVE_COMMANDS;
/** What is typed at the prompt of a console. */
const TYPED = 'hp.heap()\n';
/** The latest moment of an interruption (later on a busy machine, where a command takes seconds to begin), and of a second one after the first. */
const WITHIN_MS = Number(options.within);
const SECOND_WITHIN_MS = 300;
/** How long what is left to others may take to end: a snapshot is sent to its end, an inspector closed. */
const SETTLE_MS = 15_000;
const LOOK_MS = 100;
/** How long a command may go on that was interrupted: the target may be in the middle of a snapshot. */
const END_MS = 60_000;

const faults: string[] = [];
for (const major of options.majors.split(',').map(Number) as NodeMajor[]) {
  const lanes = Array.from({ length: Number(options.lanes) }, (_, lane) => interruptAll(major, lane));
  await Promise.all(lanes);
}
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.stdout.write(`${options.rounds} rounds on each of ${options.majors}: ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** The rounds of one lane, on a target of its own. */
async function interruptAll(major: NodeMajor, lane: number): Promise<void> {
  await using place = await folder();
  await using stored = await folder();
  await using temporary = await folder();
  await using beside =
    options.commands === 'beside' ? await startBeside(await nodeBinary(major), stored, temporary) : undefined;
  const inspect = lane % 2 === 0;
  const execArgv = inspect ? [] : ['--inspect-port=0'];
  const start = async () => startTarget('population', { nodeBinary: await nodeBinary(major), inspect, execArgv });
  let target = await start();
  let files = await filesOf(target, inspect, place);
  for (let round = lane; round < Number(options.rounds); round += Number(options.lanes)) {
    // each command comes to lanes of both sorts
    const command = COMMANDS[(round + Math.floor(round / COMMANDS.length)) % COMMANDS.length] as string;
    const name = `Node ${major}, ${inspect ? 'by port' : 'by pid'}, round ${round}, ${command}`;
    const words = new Map([...(beside?.words ?? []), ['T', inspect ? `${target.port}` : `pid:${target.pid}`]]);
    const said = await interrupt(command, words, place, beside?.temporary);
    const left = (await leftOf(target, inspect, files, place)) ?? (await beside?.left()) ?? null;
    if (left !== null) {
      faults.push(`${name}, ${said}: ${left}`);
      process.stderr.write(`${faults.at(-1)}\n`);
      for (const file of await readdir(place.path)) await rm(place.join(file), { force: true });
      await target[Symbol.asyncDispose]();
      target = await start();
      files = await filesOf(target, inspect, place);
    }
    process.stderr.write(`${name}, ${said}, ${faults.length} faults\n`);
  }
  await target[Symbol.asyncDispose]();
}

/** Runs a command and interrupts it, once or twice; says when, and how it ended. */
async function interrupt(
  command: string,
  named: ReadonlyMap<string, string>,
  place: Folder,
  temporary: string | undefined,
): Promise<string> {
  const words = command
    .split(' ')
    .map((word) => word.replace(/^(T|U|DB|S|R)\b/, (name) => named.get(name) ?? name).replace(/^F\b/, place.join('x')));
  const args = [...words, ...(/^(record|snapshot)/.test(command) ? ['--force'] : [])];
  const cli = startCli(args, temporary === undefined ? {} : { TMPDIR: temporary });
  if (command.startsWith('console')) cli.process.stdin.write(TYPED);
  const afterMs = Math.random() * WITHIN_MS;
  await Promise.race([wait(afterMs), cli.result]);
  cli.process.kill('SIGINT');
  const isTwice = Math.random() < 0.25;
  if (isTwice) {
    await Promise.race([wait(Math.random() * SECOND_WITHIN_MS), cli.result]);
    cli.process.kill('SIGINT');
  }
  const late = new AbortController();
  void wait(END_MS, undefined, { signal: late.signal }).then(
    () => cli.process.kill('SIGKILL'),
    () => {},
  );
  const { code } = await cli.result;
  late.abort();
  const isKilled = cli.process.signalCode === 'SIGKILL';
  const end = isKilled ? `and not ended within ${END_MS} ms` : `exit code ${code}`;
  const said = `interrupted ${isTwice ? 'twice ' : ''}after ${Math.round(afterMs)} ms, ${end}`;
  if (isKilled) faults.push(`${words.join(' ')}: ${said}`);
  return said;
}

/** The files that a target has open when an inspector of it was open and is used no more. */
async function filesOf(target: Target, inspect: boolean, place: Folder): Promise<number> {
  await runCli(['heap', inspect ? `${target.port}` : `pid:${target.pid}`, '--probe', 'types', '--rows', '1']);
  await leftOf(target, inspect, Number.POSITIVE_INFINITY, place);
  return (await readdir(`/proc/${target.pid}/fd`)).length;
}

/** What is left, for as long as it may take to go; null: nothing. */
async function leftOf(target: Target, inspect: boolean, files: number, place: Folder): Promise<string | null> {
  const deadlineAtMs = performance.now() + SETTLE_MS;
  for (;;) {
    const left = await leftNow(target, inspect, files, place);
    if (left === null || performance.now() > deadlineAtMs) return left;
    await wait(LOOK_MS);
  }
}

async function leftNow(target: Target, inspect: boolean, files: number, place: Folder): Promise<string | null> {
  const exit = await Promise.race([target.exited, wait(0, null)]);
  if (exit) return `the target died (code ${exit.code}, signal ${exit.signal})`;
  const partial = (await readdir(place.path)).find((name) => name.endsWith('.partial'));
  if (partial) return `the file ${partial} is left`;
  if (isHeld(target.pid)) return 'the target is stopped, or traced';
  const [row] = await listeningRows(target.pid);
  if (!inspect && row) return `its inspector is open on port ${row.localPort}`;
  if (inspect && strangersOn(target.port, await tcpTable(), new Set()) > 0) return 'somebody is still connected to it';
  const open = (await readdir(`/proc/${target.pid}/fd`)).length;
  return open <= files ? null : `it has ${open} files open, ${files} before`;
}

function isHeld(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return /^State:\s+[Tt]/m.test(status) || !/^TracerPid:\s+0$/m.test(status);
}
