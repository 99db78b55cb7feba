/**
 * Reads a program thousands of times by each probe, and its twin never, and tells by how much the two differ then: nodes of
 * their heaps, open files, resident memory.
 *
 *     target   ─ traces ─ attach, usage … census, leave; again and again ─ traces
 *     its twin ─ traces ─────────────────────────────────────────────────── traces
 *
 *     node dist/scripts/left-behind.js --probes 10000 --censuses 1000 --majors 18,20,22,24,26
 *
 * `--minutes N` ends each version's readings after that time, however many there were. Ends with 1 where a target has grown by more than its twin and the noise.
 */
import { parseArgs } from 'node:util';
import { type Agent, attach } from '../agent/attach/agent.ts';
import { census } from '../agent/probe/census.ts';
import { startSampling } from '../agent/probe/sampling.ts';
import { types } from '../agent/probe/types.ts';
import { usage } from '../agent/probe/usage.ts';
import { type NodeMajor, nodeBinary } from '../test/support/node-versions.ts';
import { startTarget, type Target } from '../test/support/target.ts';
import { type Traces, tracesOf } from '../test/support/traces.ts';

const { values: options } = parseArgs({
  options: {
    probes: { type: 'string', default: '10000' },
    censuses: { type: 'string', default: '1000' },
    majors: { type: 'string', default: '18,20,22,24,26' },
    minutes: { type: 'string', default: '60' },
  },
});

/** Of the cheap probes in a hundred: what a collection each allows. */
const SHARES = { usage: 89, sampling: 10, types: 1 } as const;
/** How often somebody attaches anew. */
const ATTACHMENTS = 50;
/** By which a program and its twin differ that nobody has read. */
const NOISE = { nodes: 600, debugInfos: 2, files: 0, rssBytes: 8 * 2 ** 20 } as const;

const CONTEXT = { target: 'target', isolate: 'main' };

let failed = false;
for (const major of options.majors.split(',').map(Number) as NodeMajor[]) await compare(major);
process.exitCode = failed ? 1 : 0;

async function compare(major: NodeMajor): Promise<void> {
  const nodeOfMajor = { nodeBinary: await nodeBinary(major) };
  await using target = await startTarget('puppet', nodeOfMajor);
  await using twin = await startTarget('puppet', nodeOfMajor);
  // what warms up once is no trace of a reading
  await readAll(target, 1, 300, 5);
  await Promise.all([tracesOf(target), tracesOf(twin)]);
  const before = await both(target, twin);
  const startedAtMs = performance.now();
  const ratio = await readAll(target, ATTACHMENTS, Number(options.probes), Number(options.censuses));
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  const after = await both(target, twin);
  report(
    `Node ${major}: ${countsOf(ratio)} in ${seconds} s`,
    growth(before.target, after.target),
    growth(before.twin, after.twin),
  );
}

async function both(target: Target, twin: Target): Promise<{ target: Traces; twin: Traces }> {
  return { target: await tracesOf(target), twin: await tracesOf(twin) };
}

function growth(before: Traces, after: Traces): Traces {
  return {
    nodes: after.nodes - before.nodes,
    debugInfos: after.debugInfos - before.debugInfos,
    files: after.files - before.files,
    rssBytes: after.rssBytes - before.rssBytes,
  };
}

function countsOf(ratio: number): string {
  return `${Math.round(ratio * Number(options.probes))} cheap probes, ${Math.round(ratio * Number(options.censuses))} censuses`;
}

function report(what: string, target: Traces, twin: Traces): void {
  const told: string[] = [];
  for (const key of Object.keys(NOISE) as (keyof Traces)[]) {
    const isNoise = target[key] - twin[key] <= NOISE[key];
    if (!isNoise) failed = true;
    told.push(`${key} ${target[key]} (twin ${twin[key]})${isNoise ? '' : ' GREW'}`);
  }
  process.stdout.write(`${what}: ${told.join(', ')}\n`);
}

/** So many readings of each kind, over so many attachments; gives which part of them there was time for. */
async function readAll(target: Target, attachments: number, probes: number, censuses: number): Promise<number> {
  const untilMs = performance.now() + Number(options.minutes) * 60_000;
  for (let n = 0; n < attachments; n++) {
    await using agent = await attach(`${target.port}`);
    await times((SHARES.usage * probes) / 100 / attachments, () => usage(agent, CONTEXT));
    await sample(agent, (SHARES.sampling * probes) / 100 / attachments);
    await times((SHARES.types * probes) / 100 / attachments, () => types(agent, CONTEXT));
    await times(censuses / attachments, () => census(agent, CONTEXT));
    process.stderr.write(`\r${n + 1} of ${attachments} attachments `);
    if (performance.now() > untilMs) return (n + 1) / attachments;
  }
  return 1;
}

async function sample(agent: Agent, readings: number): Promise<void> {
  await using sampling = await startSampling(agent, 'main');
  await times(readings, () => sampling.read());
}

async function times(count: number, read: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < Math.round(count); n++) await read();
}
