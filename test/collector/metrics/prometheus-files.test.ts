/** Grafana's dashboard and Prometheus' rules: they ask for metrics and labels that there are, and promtool takes them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { DEFAULT_STREAM } from '../../../collector/config/stream-config.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import { Metrics } from '../../../collector/metrics/metrics.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';

const FOLDER = join(projectRoot, 'docs/prometheus');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const dashboard = JSON.parse(readFileSync(join(FOLDER, 'grafana.json'), 'utf8')) as {
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
};
const rules = parse(readFileSync(join(FOLDER, 'alerts.yml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
};

/** All names that a collector with a store can give. */
async function metricNames(): Promise<Set<string>> {
  const metrics = new Metrics({
    log: new RingLog(DEFAULT_STREAM),
    states: () => [],
    turns: () => [],
    clients: () => 0,
    refusals: () => 0,
    alerts: () => [],
    receivers: () => [],
    store: () => ({ durable: true, unsaved: 0, lost: 0 }),
    version: '1.2.3',
  });
  try {
    return new Set([...(await metrics.text()).matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1]!));
  } finally {
    metrics.close();
  }
}

function namesIn(expr: string): string[] {
  return expr.match(/\b(?:heapwatch|nodejs|process)_\w+\b/g) ?? [];
}

test('they ask for metrics that there are', async () => {
  const known = await metricNames();
  assert.ok(known.has('heapwatch_kind_bytes'));
  const asked = [
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.flatMap(({ definition = '' }) => definition),
    ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
  ].flatMap(namesIn);
  assert.ok(asked.length > 20, String(asked.length));
  assert.deepEqual(
    asked.filter((name) => !known.has(name)),
    [],
  );
});

test('panels have places of their own, and queries with a legend', () => {
  const { panels } = dashboard;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const [i, { gridPos: a, title }] of panels.entries()) {
    assert.ok(a.x >= 0 && a.x + a.w <= 24, title);
    for (const { gridPos: b } of panels.slice(i + 1)) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      assert.ok(apart, title);
    }
  }
  const shown = panels.filter(({ type }) => type !== 'row');
  for (const { targets = [], title } of shown) {
    assert.ok(targets.length > 0, title);
    for (const { expr, legendFormat } of targets) assert.ok(expr !== '' && legendFormat !== '', title);
  }
});

test('promtool takes the rules, and they fire when they should', async (t) => {
  const version = spawnSync('promtool', ['--version']);
  if (version.error) {
    t.skip('no promtool here: apt-get install prometheus');
    return;
  }
  for (const args of [
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  }
  // each query of the dashboard is one that Prometheus can read
  const exprs = dashboard.panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr.replaceAll('$target', 'a')),
  );
  const recorded = exprs.map((expr, i) => `      - { record: "a:b${i}", expr: ${JSON.stringify(expr)} }`);
  const input = `groups:\n  - name: a\n    rules:\n${recorded.join('\n')}\n`;
  await using dir = await folder();
  await writeFile(dir.join('queries.yml'), input);
  const { status, stderr } = spawnSync('promtool', ['check', 'rules', dir.join('queries.yml')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
