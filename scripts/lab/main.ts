/**
 * The lab: ten programs, five of which leak, as real processes under a real collector for three days of theirs. Counts pages, which
 * are what a receiver is sent, under the default rules and under `kind: "*"`.
 *
 *     node dist/scripts/lab/main.js                  seed 1: three days of a minute each, by a clock that waits for its readings
 *     node dist/scripts/lab/main.js --seeds 1-20     twenty of them, side by side
 *     node dist/scripts/lab/main.js --minute         the map leak alone at the pace of a real clock: a census a minute
 *
 * Programs of odd seeds are read by `types`, of even ones by `walk`. A leak is to be one page that names what holds it; anything
 * else none. Exits with 1 where that is not so.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Agent, ProbeContext } from '../../agent/attach/agent.ts';
import { DEFAULT_LIMITS } from '../../agent/price/limits.ts';
import { walk } from '../../agent/probe/agent-walk.ts';
import { withDefaultRules } from '../../collector/config/default-rules.ts';
import { RuleFile } from '../../collector/config/rule-file.ts';
import { startCollector } from '../../collector/main/collector.ts';
import { liveProbes, type Probes } from '../../collector/targets/probes.ts';
import { configOf } from '../../test/support/collector.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import { startWebhookServer, type WebhookServer } from '../../test/support/webhook-server.ts';
import { LabClock } from './clock.ts';
import { LAB_DAY_MS, LABS } from './pace.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    days: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    minute: { type: 'boolean', default: false },
  },
});

/** A reading at least for each floor of a day: 48, and 48 in three quarters of it. */
const READ_MS = 950;
const OWED_MS = 1_150;
const USAGE_MS = 600;
/** How often the programs are told the time. */
const TELL_MS = 100;
/** How often it is said how far it is, by a real clock. */
const SAY_MS = 20_000;

/** Before the first day: what V8 compiles in the first half minute would be growth for half of a day so short. */
const WARM_MS = 30_000;
const WARM = `${WARM_MS}ms`;

const day = `${LAB_DAY_MS}ms`;
/** 300 KB and 30 objects a day; of kinds as a new user writes it, by the probe that a rule has by itself. */
const DEFAULTS = (withDefaultRules(undefined) as readonly Record<string, unknown>[]).map((rule) => {
  const trends = 'trend' in (rule.when as object);
  return trends ? { ...rule, when: { trend: `300KB/${day}`, within: day }, warmUp: WARM } : rule;
});
const KINDS = {
  name: 'Kinds',
  watch: { kind: '*' },
  when: { trend: `30/${day}`, within: day },
  warmUp: WARM,
  escalate: 'snapshot',
};
const README = {
  name: 'SessionLeak',
  watch: { kind: 'Session*', probe: 'census' },
  when: { growth: 1_000, within: '10m' },
  escalate: 'snapshot',
};

/** One program of one seed, and the target that it is. */
interface Running {
  readonly name: string;
  readonly seed: number;
  readonly lab: string;
  readonly target: Target;
  readonly beganAtMs: number;
}

interface Page {
  readonly afterMs: number;
  readonly text: string;
}

if (values.minute) await minute();
else await threeDays();

async function threeDays(): Promise<void> {
  const [first = 1, last = first] = values.seeds.split('-').map(Number);
  const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const labs = values.only ?? Object.keys(LABS);
  const forMs = Number(values.days) * LAB_DAY_MS;
  await using byDefault = await startWebhookServer();
  await using byKind = await startWebhookServer();
  using clock = new LabClock(OWED_MS);
  const programs = await Promise.all(seeds.flatMap((seed) => labs.map((lab) => begin(lab, seed))));
  const rules = [...DEFAULTS.map((rule) => ({ ...rule, notify: ['defaults'] })), { ...KINDS, notify: ['kinds'] }];
  const hooks = { defaults: byDefault, kinds: byKind };
  await watched(programs, rules, hooks, labSchedule, paced(programs, clock, forMs), clock);
  print(`${programs.length} programs for ${values.days} days of ${LAB_DAY_MS / 1_000} s, in ${seconds(clock.tookMs)}`);
  if (clock.forgiven > 0) print(`${clock.forgiven} readings were waited for in vain`);
  const wrong = seeds.flatMap((seed) => reported(seed, programs, byDefault, byKind));
  print(wrong.length === 0 ? '\none page a leak and no other' : `\n${wrong.join('\n')}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

/** A table of one seed; gives what is wrong. */
function reported(
  seed: number,
  programs: readonly Running[],
  byDefault: WebhookServer,
  byKind: WebhookServer,
): string[] {
  print(`\nseed ${seed}, by ${probeOf(seed)}; pages, and days until the first\n`);
  print(row('program', 'default rules', 'kind: "*"', 'held by'));
  return programs
    .filter((program) => program.seed === seed)
    .flatMap((program) => {
      const lab = LABS[program.lab]!;
      const [defaults, kinds] = [pagesOf(byDefault, program, WARM_MS), pagesOf(byKind, program, WARM_MS)];
      const texts = [...defaults, ...kinds].map(({ text }) => text);
      const isHeld = texts.every((text) => lab.heldBy.test(text));
      print(row(program.lab, cell(defaults), cell(kinds), texts.length === 0 ? '' : isHeld ? 'named' : 'not named'));
      const isRight = isHeld && defaults.length === Number(lab.isDefaults) && kinds.length === Number(lab.leaks);
      for (const text of isRight ? [] : texts) print(`    ${text.replaceAll('\n', '\n    ')}`);
      return [
        ...(defaults.length === Number(lab.isDefaults)
          ? []
          : [`default rules: ${defaults.length} pages for ${program.name}`]),
        ...(kinds.length === Number(lab.leaks) ? [] : [`kind "*": ${kinds.length} pages for ${program.name}`]),
        ...(lab.leaks && !isHeld ? [`a page of ${program.name} does not name ${lab.heldBy.source}`] : []),
      ];
    });
}

/** The README's rule on the map leak, 50 objects a second. */
async function minute(): Promise<void> {
  const program = await begin('map', 1);
  await using server = await startWebhookServer();
  const untilMs = performance.now() + 300_000;
  const over = (async () => {
    while (performance.now() < untilMs && server.posted.length === 0) {
      await delay(TELL_MS);
      program.target.send(`${Date.now() - program.beganAtMs}\n`);
    }
  })();
  await watched([program], [{ ...README, notify: ['ops'] }], { ops: server }, () => ({ census: 60_000 }), over);
  const [page] = pagesOf(server, program, 0);
  print(page ? `paged ${seconds(page.afterMs)} after the program began\n${page.text}` : 'not paged in 300 s');
  process.exitCode = page && page.afterMs <= 180_000 + 10_000 ? 0 : 1;
}

async function begin(lab: string, seed: number): Promise<Running> {
  const args = [lab, String(seed)];
  const target = await startTarget(join(import.meta.dirname, 'program.js'), { args, execArgv: ['--expose-gc'] });
  await target.line(/^begun/);
  return { name: `${lab}-${seed}`, seed, lab, target, beganAtMs: Date.now() };
}

/** Tells the programs the time until it is over. */
async function paced(programs: readonly Running[], clock: LabClock, forMs: number): Promise<void> {
  await clock.begun(programs.length);
  const beganMs = clock.elapsedMs;
  let saidMs = 0;
  while (clock.elapsedMs - beganMs < WARM_MS + forMs) {
    await clock.reached(clock.elapsedMs + TELL_MS);
    const sinceMs = Math.max(0, clock.elapsedMs - beganMs - WARM_MS);
    for (const { target } of programs) target.send(`${Math.round(sinceMs)}\n`);
    if (clock.tookMs - saidMs < SAY_MS) continue;
    saidMs = clock.tookMs;
    process.stderr.write(`day ${(sinceMs / LAB_DAY_MS).toFixed(2)} after ${seconds(clock.tookMs)}\n`);
  }
}

function probeOf(seed: number): 'types' | 'walk' {
  return seed % 2 === 1 ? 'types' : 'walk';
}

function labSchedule({ seed }: Running): Readonly<Record<string, number>> {
  return { usage: USAGE_MS, [probeOf(seed)]: READ_MS };
}

/** Watches the programs until `over` resolves. */
async function watched(
  programs: readonly Running[],
  rules: readonly object[],
  hooks: Readonly<Record<string, WebhookServer>>,
  scheduleOf: (program: Running) => Readonly<Record<string, number>>,
  over: Promise<void>,
  clock?: LabClock,
): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, pauseBudget: { pauseMs: 3_600_000, perMs: 3_600_000 } };
  const targets = programs.map((program) => {
    const inspect = `127.0.0.1:${program.target.port}`;
    return { name: program.name, inspect, schedule: scheduleOf(program), limits, isolates: 'all' as const };
  });
  const config = {
    ...configOf(targets),
    alerts: rules.map((rule) => RuleFile.parse(rule)),
    notify: Object.entries(hooks).map(([name, { url }]) => {
      return { name, type: 'webhook' as const, url, timeoutMs: 10_000 };
    }),
  };
  const probes = clock ? { probes: heard(clock) } : {};
  try {
    await using _ = await startCollector(config, { logger: pino({ level: 'silent' }), ...probes });
    await over;
  } finally {
    await Promise.all(programs.map(({ target }) => target[Symbol.asyncDispose]()));
  }
}

/** Probes that tell the clock when they have read something. */
function heard(clock: LabClock): Probes {
  const readOf =
    <T>(probe: (agent: Agent, context: never) => Promise<T>) =>
    async (agent: Agent, context: ProbeContext): Promise<T> => {
      try {
        return await probe(agent, context as never);
      } finally {
        clock.read(context.target);
      }
    };
  const { types, walkBy } = liveProbes;
  // a walk each second is one of a thread that stays: 25 ms of the processor instead of 500
  const keptWalk = (agent: Agent, context: ProbeContext) => walk(agent, { ...context, keep: true });
  return { ...liveProbes, types: readOf(types), walk: readOf(keptWalk), walkBy: readOf(walkBy) };
}

function pagesOf(server: WebhookServer, { name, beganAtMs }: Running, warmMs: number): Page[] {
  return server.posted.flatMap(({ body }) => {
    const { alerts } = JSON.parse(body);
    return alerts
      .filter((alert: { status: string; labels: Record<string, string> }) => {
        return alert.status === 'firing' && (alert.labels.target ?? alert.labels.group) === name;
      })
      .map((alert: { startsAt: string; labels: Record<string, string>; annotations: Record<string, string> }) => ({
        afterMs: Date.parse(alert.startsAt) - beganAtMs - warmMs,
        text: `${alert.labels.alertname} ${alert.annotations.reason}\n${alert.annotations.heldBy ?? ''}`,
      }));
  });
}

function cell(pages: readonly Page[]): string {
  if (pages.length === 0) return '-';
  return `${pages.length} (${(pages[0]!.afterMs / LAB_DAY_MS).toFixed(2)})`;
}

function row(first: string, ...rest: readonly string[]): string {
  return first.padEnd(14) + rest.map((text) => text.padStart(16)).join('');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(0)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
