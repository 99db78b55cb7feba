/**
 * The lab: ten programs, five of which leak, as real processes under a real collector for three days of theirs. Counts pages, which
 * are what a receiver is sent, under the default rules and under `kind: "*"`.
 *
 *     node dist/scripts/lab/main.js                  seed 1, 270 s
 *     node dist/scripts/lab/main.js --seed 2
 *     node dist/scripts/lab/main.js --minute         the map leak alone at the pace of a real clock: a census a minute
 *
 * A leak is to be one page that names what holds it; anything else none. Exits with 1 where that is not so.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { DEFAULT_LIMITS } from '../../agent/price/limits.ts';
import { withDefaultRules } from '../../collector/config/default-rules.ts';
import { RuleFile } from '../../collector/config/rule-file.ts';
import { startCollector } from '../../collector/main/collector.ts';
import { configOf } from '../../test/support/collector.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import { startWebhookServer, type WebhookServer } from '../../test/support/webhook-server.ts';
import { LAB_DAY_MS, LABS } from './pace.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '3' },
    minute: { type: 'boolean', default: false },
  },
});

const day = `${LAB_DAY_MS}ms`;
/** 300 KB and 30 objects a day; of kinds as a new user writes it, by the probe that a rule has by itself. */
const DEFAULTS = (withDefaultRules(undefined) as readonly Record<string, unknown>[]).map((rule) => {
  const trends = 'trend' in (rule.when as object);
  return trends ? { ...rule, when: { trend: `300KB/${day}`, within: day }, warmUp: '1s' } : rule;
});
const KINDS = {
  name: 'Kinds',
  watch: { kind: '*' },
  when: { trend: `30/${day}`, within: day },
  warmUp: '1s',
  escalate: 'snapshot',
};
const README = {
  name: 'SessionLeak',
  watch: { kind: 'Session*', probe: 'census' },
  when: { growth: 1_000, within: '10m' },
  escalate: 'snapshot',
};

interface Running {
  readonly name: string;
  readonly target: Target;
  readonly beganAtMs: number;
}

interface Page {
  readonly target: string;
  readonly afterMs: number;
  readonly text: string;
}

if (values.minute) await minute();
else await threeDays();

async function threeDays(): Promise<void> {
  const programs = await Promise.all(Object.keys(LABS).map(begin));
  await using byDefault = await startWebhookServer();
  await using byKind = await startWebhookServer();
  const rules = [...DEFAULTS.map((rule) => ({ ...rule, notify: ['defaults'] })), { ...KINDS, notify: ['kinds'] }];
  const hooks = { defaults: byDefault, kinds: byKind };
  await watched(programs, rules, hooks, { usage: 400, types: 1_000 }, Number(values.days) * LAB_DAY_MS);
  print(`seed ${values.seed}, ${values.days} days of ${LAB_DAY_MS / 1_000} s; pages, and days until the first\n`);
  print(row('program', 'default rules', 'kind: "*"', 'held by'));
  const wrong: string[] = [];
  for (const { name, beganAtMs } of programs) {
    const lab = LABS[name]!;
    const [defaults, kinds] = [pagesOf(byDefault, name, beganAtMs), pagesOf(byKind, name, beganAtMs)];
    if (defaults.length !== Number(lab.isDefaults)) wrong.push(`default rules: ${defaults.length} pages for ${name}`);
    if (kinds.length !== Number(lab.leaks)) wrong.push(`kind "*": ${kinds.length} pages for ${name}`);
    const texts = [...defaults, ...kinds].map(({ text }) => text);
    const isHeld = texts.every((text) => lab.heldBy.test(text));
    if (lab.leaks && !isHeld) wrong.push(`a page of ${name} does not name ${lab.heldBy.source}`);
    print(row(name, cell(defaults), cell(kinds), texts.length === 0 ? '' : isHeld ? 'named' : 'not named'));
    for (const text of lab.leaks && isHeld ? [] : texts) print(`    ${text.replaceAll('\n', '\n    ')}`);
  }
  print(wrong.length === 0 ? '\none page a leak and no other' : `\n${wrong.join('\n')}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

/** The README's rule on the map leak, 50 objects a second. */
async function minute(): Promise<void> {
  const program = await begin('map');
  await using server = await startWebhookServer();
  await watched([program], [{ ...README, notify: ['ops'] }], { ops: server }, { census: 60_000 }, 300_000, 1);
  const [page] = pagesOf(server, 'map', program.beganAtMs);
  print(
    page ? `paged ${(page.afterMs / 1_000).toFixed(0)} s after the program began\n${page.text}` : 'not paged in 300 s',
  );
  process.exitCode = page && page.afterMs <= 180_000 + 10_000 ? 0 : 1;
}

async function begin(name: string): Promise<Running> {
  const args = [name, values.seed];
  const target = await startTarget(join(import.meta.dirname, 'program.js'), { args, execArgv: ['--expose-gc'] });
  await target.line(/^begun/);
  return { name, target, beganAtMs: Date.now() };
}

/** @param enough pages after which it ends early */
async function watched(
  programs: readonly Running[],
  rules: readonly object[],
  hooks: Readonly<Record<string, WebhookServer>>,
  schedule: Readonly<Record<string, number>>,
  forMs: number,
  enough = Number.POSITIVE_INFINITY,
): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, pauseBudget: { pauseMs: 3_600_000, perMs: 3_600_000 } };
  const targets = programs.map(({ name, target: { port } }) => {
    return { name, inspect: `127.0.0.1:${port}`, schedule, limits, isolates: 'all' as const };
  });
  const config = {
    ...configOf(targets),
    alerts: rules.map((rule) => RuleFile.parse(rule)),
    notify: Object.entries(hooks).map(([name, { url }]) => {
      return { name, type: 'webhook' as const, url, timeoutMs: 10_000 };
    }),
  };
  try {
    await using _ = await startCollector(config, { logger: pino({ level: 'silent' }) });
    const over = AbortSignal.timeout(forMs);
    const ended = new Promise((resolve) => over.addEventListener('abort', resolve));
    const served = Object.values(hooks).map((hook) => hook.received(enough));
    await Promise.race([ended, ...served]);
  } finally {
    await Promise.all(programs.map(({ target }) => target[Symbol.asyncDispose]()));
  }
}

function pagesOf(server: WebhookServer, target: string, beganAtMs: number): Page[] {
  return server.posted.flatMap(({ body }) => {
    const { alerts } = JSON.parse(body);
    return alerts
      .filter((alert: { status: string; labels: Record<string, string> }) => {
        return alert.status === 'firing' && (alert.labels.target ?? alert.labels.group) === target;
      })
      .map((alert: { startsAt: string; labels: Record<string, string>; annotations: Record<string, string> }) => ({
        target,
        afterMs: Date.parse(alert.startsAt) - beganAtMs,
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

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
