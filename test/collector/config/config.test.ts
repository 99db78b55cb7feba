import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { DEFAULT_LIMITS } from '../../../agent/price/limits.ts';
import { type ConfigSources, readConfig } from '../../../collector/config/config.ts';
import { ConfigError } from '../../../collector/config/config-error.ts';
import { configSchema } from '../../../collector/config/config-schema.ts';
import { DEFAULT_STREAM } from '../../../collector/config/stream-config.ts';
import { assertGolden } from '../../support/golden.ts';

const YAML = `# what a service might run
listen: 127.0.0.1:8000
targets:
  - name: api
    inspect: 127.0.0.1:9229
    labels: { service: api }
    group: front
    by: [kind, module]
    rows: 20
    isolates: all
    samplingInterval: 128KB
    schedule: { usage: 1s, sampling: false }
  - { name: worker, inspect: 9230, by: name, isolates: [main, "worker:1"] }
schedule: { snapshot: 6h }
stream: { maxClients: 10, buffer: 1MB, ping: 5s }
`;

/** All that a file may say. */
const WHOLE = `
listen: 7331
store: { path: heapwatch.db, full: 24h, hourly: 7d, keep: 14d, snapshots: { dir: snapshots, keep: 10 } }
auth: { tokens: [{ name: ops, role: operator, env: HEAPWATCH_OPS_TOKEN }], origins: [https://ops.example] }
tls: { cert: cert.pem, key: key.pem, clientCa: ca.pem }
strings: false
targets:
  - { name: api, inspect: 127.0.0.1:9229, labels: { service: api }, group: api, by: [kind, module], rows: 100, isolates: all, samplingInterval: 512KB }
discover: [{ ports: 9230-9239 }, { file: targets/*.json }, { processes: true }, { dns: api.internal, port: 9229 }]
schedule: { usage: 5s, sampling: auto, types: false, census: 3m, snapshot: "0 4 * * *" }
limits: { maxPause: 60s, maxExtraMemory: 4GB, pauseBudget: 5m/h }
stream: { maxClients: 10 }
alerts:
  - name: SessionLeak
    targets: "api*"
    watch: { kind: Session, measure: count, probe: census }
    when: { growth: 1000, within: 10m }
    for: 5m
    escalate: snapshot
    notify: [ops]
notify: { ops: { webhook: https://ops.example/hook } }
`;

function file(text: string): ConfigSources {
  return { file: { name: 'heapwatch.yaml', text } };
}

/** The error's text. */
function errorOf(sources: ConfigSources): string {
  try {
    readConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('Expected a ConfigError, got a configuration');
}

describe('configuration', () => {
  it('reads a file into the units of the code', () => {
    const config = readConfig(file(YAML));
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8000 });
    assert.deepEqual(config.targets, [
      {
        name: 'api',
        inspect: '127.0.0.1:9229',
        labels: { service: 'api' },
        group: 'front',
        by: ['kind', 'module'],
        rows: 20,
        isolates: 'all',
        samplingIntervalBytes: 131_072,
        schedule: { usage: 1_000, memory: 'auto', walk: 'auto', types: 'auto', snapshot: 21_600_000 },
        limits: DEFAULT_LIMITS,
      },
      {
        name: 'worker',
        inspect: '9230',
        labels: {},
        group: 'worker',
        by: ['name'],
        rows: 100,
        isolates: ['main', 'worker:1'],
        samplingIntervalBytes: 524_288,
        schedule: { usage: 5_000, memory: 'auto', walk: 'auto', sampling: 'auto', types: 'auto', snapshot: 21_600_000 },
        limits: DEFAULT_LIMITS,
      },
    ]);
    assert.deepEqual(config.stream, { ...DEFAULT_STREAM, maxClients: 10, bufferBytes: 1_048_576, pingMs: 5_000 });
  });

  it('reads the same as JSON', () => {
    const text =
      '{"targets": [{"name": "api", "inspect": 9229, "schedule": {"usage": "2s", "memory": false, "walk": false, "sampling": false, "types": false}}]}';
    assert.deepEqual(readConfig(file(text)).targets[0]?.schedule, { usage: 2_000 });
  });

  it('takes targets and intervals from flags, and names a target by its address', () => {
    const config = readConfig({
      flags: {
        target: ['api=9229', '9230', '[::1]:9231', 'pid:4711', 'ws://127.0.0.1:9232/a-b'],
        every: ['snapshot=10m,usage=1s', 'sampling=false'],
      },
    });
    const names = config.targets.map(({ name, inspect }) => [name, inspect]);
    assert.deepEqual(names, [
      ['api', '9229'],
      ['9230', '9230'],
      ['::1:9231', '[::1]:9231'],
      ['pid:4711', 'pid:4711'],
      ['127.0.0.1:9232', 'ws://127.0.0.1:9232/a-b'],
    ]);
    assert.deepEqual(config.targets[0]?.schedule, {
      usage: 1_000,
      memory: 'auto',
      walk: 'auto',
      types: 'auto',
      snapshot: 600_000,
    });
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 7331 });
  });

  it('reads limits, of a target over those of all, and schedules of every sort', () => {
    const text = `
limits: { maxPause: 60s, pauseBudget: 5m/h }
schedule: { types: auto, census: 5m, snapshot: "0 4 * * *" }
targets:
  - { name: api, inspect: 9229, limits: { maxExtraMemory: 4GB, pauseBudget: 10s/15m } }
  - { name: web, inspect: 9230 }
`;
    const [api, web] = readConfig(file(text)).targets;
    const schedule = {
      usage: 5_000,
      walk: 'auto',
      sampling: 'auto',
      memory: 'auto',
      types: 'auto',
      census: 300_000,
      snapshot: { cron: '0 4 * * *' },
    };
    assert.deepEqual(api?.schedule, schedule);
    assert.deepEqual(api?.limits, {
      maxPauseMs: 60_000,
      maxExtraBytes: 2 ** 32,
      isExtraGiven: true,
      pauseBudget: { pauseMs: 10_000, perMs: 900_000 },
    });
    const [all] = readConfig(file('limits: { maxExtraMemory: 1GB }\ntargets: [{ name: api, inspect: 9229 }]')).targets;
    assert.deepEqual(all?.limits, { ...DEFAULT_LIMITS, maxExtraBytes: 2 ** 30, isExtraGiven: true });
    assert.deepEqual(web?.limits, {
      ...DEFAULT_LIMITS,
      maxPauseMs: 60_000,
      pauseBudget: { pauseMs: 300_000, perMs: 3_600_000 },
    });
  });

  it('puts flags over environment over file over defaults', () => {
    const env = {
      HEAPWATCH_LISTEN: '127.0.0.1:8001',
      HEAPWATCH_TARGETS: 'api=9999,batch=9998',
      HEAPWATCH_EVERY: 'usage=2s,snapshot=1h',
    };
    const flags = { listen: '[::1]:8002', target: ['api=9997'], every: ['usage=3s'] };
    const fromEnv = readConfig({ ...file(YAML), env });
    assert.equal(fromEnv.listen.port, 8001);
    const fromFlags = readConfig({ ...file(YAML), env, flags });
    assert.deepEqual(fromFlags.listen, { host: '::1', port: 8002 });
    const [api, worker, batch] = fromFlags.targets;
    assert.deepEqual([api?.inspect, worker?.inspect, batch?.inspect], ['9997', '9230', '9998']);
    assert.deepEqual(api?.schedule, { usage: 3_000, memory: 'auto', walk: 'auto', types: 'auto', snapshot: 3_600_000 });
    assert.equal(api?.group, 'front', 'what a flag does not say stays');
  });

  it('takes any key from a flag over the environment over the file', () => {
    const text = 'limits: { maxPause: 3s, maxExtraMemory: 1GB }\ntargets: [{ name: api, inspect: 9229 }]\n';
    const env = { HEAPWATCH_LIMITS_MAX_PAUSE: '4s', HEAPWATCH_STORE_KEEP: '30d', HEAPWATCH_STREAM_MAX_CLIENTS: '7' };
    const set = ['limits.maxPause=5s', 'schedule.snapshot=*/5 * * * *', 'discover=[{ processes: true }]'];
    const fromEnv = readConfig({ ...file(text), env: { ...env, HEAPWATCH_STORE: 'x.db' } });
    assert.deepEqual([fromEnv.targets[0]?.limits.maxPauseMs, fromEnv.stream.maxClients], [4_000, 7]);
    assert.equal(fromEnv.targets[0]?.limits.maxExtraBytes, 2 ** 30, 'what a variable does not say stays');
    const fromFlags = readConfig({ ...file(text), flags: { set } });
    assert.equal(fromFlags.targets[0]?.limits.maxPauseMs, 5_000);
    assert.deepEqual(fromFlags.targets[0]?.schedule.snapshot, { cron: '*/5 * * * *' });
    assert.deepEqual(fromFlags.discover[0]?.source, { type: 'processes', glob: '*' });
    for (const [sources, problem] of [
      [
        { env: { HEAPWATCH_LIMITS_MAX_PAUSE: 'soon' } },
        /^HEAPWATCH_LIMITS_MAX_PAUSE: limits\.maxPause: expected a duration/,
      ],
      [
        { flags: { set: ['limits.maxPaus=5s'] } },
        /^--set limits\.maxPaus: unknown key "maxPaus"; did you mean "maxPause"/,
      ],
      [{ flags: { set: ['__proto__.x=1'] } }, /^--set: expected KEY=VALUE .*got "__proto__\.x"$/],
    ] as const) {
      assert.match(errorOf({ ...file(text), ...sources }), problem);
    }
  });

  it('tells every problem by line and column, with the nearest right key', () => {
    const text = `listen: 127.0.0.1:99999
targets:
  - name: api
    inspect: 127.0.0.1:9229
    shedule: { usage: 5s }
    rows: many
  - { name: api, inspect: heap.heapsnapshot, by: [kind, colour], isolates: 3 }
  - inspect: pid:x
    name: "a b"
    samplingInterval: 0KB
    schedule: { usage: 5 parsecs, sampling: auto, snapshot: "61 * * * *", typos: auto }
    limits: { maxPause: 2, maxExtraMemory: much, pauseBudget: 30s }
  - name: web
schedule: { snapshot: "0 4 * * mon", usge: 5s, usage: 10ms }
limits: { maxPaus: 2s }
discover: [{ ports: 9239-9230 }, { prots: 9229 }]
alerts: [{ name: r, watch: { kind: "*" }, when: { above: 10B, within: 1m } }]
stream: { maxClients: 0, quux: 1 }
`;
    assertGolden(errorOf(file(text)), 'config/problems.txt');
  });

  it('tells what is no YAML by line and column', () => {
    const texts = [
      'targets:\n  - name: api\n   inspect: 1\n',
      'listen: [1,\n',
      'listen: 1\nlisten: 2\n',
      '- api\n',
      'targets: api\n',
    ];
    assertGolden(
      texts.map((text) => `${JSON.stringify(text)}\n${errorOf(file(text))}\n`).join('\n'),
      'config/syntax.txt',
    );
  });

  it('names the flag or variable that is wrong', () => {
    const flags = {
      listen: 'nowhere',
      target: ['api=', 'x.heapsnapshot', 'a=1', 'a=2'],
      every: ['usage', 'snapshots=5m', 'usage=auto'],
    };
    const env = { HEAPWATCH_LISTEN: '1.2.3.4' };
    assertGolden(`${errorOf({ flags })}\n${errorOf({ env })}`, 'config/flags.txt');
  });

  it("watches this machine's open processes where no target is named", () => {
    const sources = (text: string) =>
      readConfig({ file: { name: 'a.yaml', text } }).discover.map(({ source }) => source);
    assert.deepEqual(readConfig({}).discover[0]?.source, { type: 'processes', glob: '*' });
    assert.deepEqual(sources('listen: 127.0.0.1:0'), [{ type: 'processes', glob: '*' }]);
    assert.deepEqual(sources('targets: [{ name: api, inspect: 9229 }]'), []);
    assert.equal(sources('discover: [{ ports: 9230-9239 }]').length, 1);
  });

  describe('without rules of its own', () => {
    const namesOf = (text: string) =>
      readConfig({ file: { name: 'a.yaml', text }, flags: { target: ['9229'] } }).alerts.map(({ name }) => name);
    const all = namesOf('');

    it('has the default rules, for every receiver, as one incident', () => {
      assert.deepEqual(all.slice(0, 2), ['HeapGrows', 'ExternalGrows']);
      const { alerts, notify } = readConfig({ flags: { target: ['9229'] } });
      assert.deepEqual(
        [alerts[0]?.group, alerts[0]?.notify, notify],
        ['Memory', ['*'], [{ name: 'log', type: 'log' }]],
      );
      assert.deepEqual(namesOf('alerts: default'), all);
      assert.deepEqual(namesOf('alerts: []'), []);
    });

    it('has them changed and switched off by name, beside its own', () => {
      const own = '{ name: Leak, watch: { kind: Session }, when: { growth: 10, within: 30m } }';
      assert.deepEqual(namesOf(`alerts: [${own}]`), ['Leak']);
      assert.deepEqual(namesOf(`alerts: [default, ${own}]`).toSorted(), ['Leak', ...all].toSorted());
      assert.deepEqual(
        namesOf('alerts: [default, { name: ExternalGrows, off: true }]'),
        all.filter((name) => name !== 'ExternalGrows'),
      );
      const text = 'alerts: [{ name: HeapGrows, when: { above: 1GB } }, default]';
      const [heap] = readConfig({ file: { name: 'a.yaml', text }, flags: { target: ['9229'] } }).alerts;
      assert.deepEqual([heap?.name, heap?.when], ['HeapGrows', { type: 'above', value: 2 ** 30 }]);
    });

    it('says what is wrong beside them at its line, and is right where their readings are not scheduled', () => {
      const text = 'alerts:\n  - default\n  - { name: Leak, watch: { kind: a }, when: { above: none } }\n';
      assert.match(errorOf({ file: { name: 'a.yaml', text } }), /^a\.yaml:3:\d+: alerts\[1\]\.when/);
      assert.ok(readConfig({ file: { name: 'a.yaml', text: 'schedule: { usage: false }' } }));
    });
  });

  it('says what a misspelt key was to be, also below names of your own and where there is a choice', () => {
    const problemOf = (text: string) => errorOf({ file: { name: 'a.yaml', text } });
    assert.match(
      problemOf('notify:\n  am: { alertmanagr: http://127.0.0.1:9093 }\n'),
      /^a\.yaml:2:9: unknown key "alertmanagr"; did you mean "alertmanager"\?$/m,
    );
    assert.match(
      problemOf('notify:\n  ops: { webhook: http://127.0.0.1:1, secret: { evn: A } }\n'),
      /^a\.yaml:2:\d+: unknown key "evn"; did you mean "env"\?$/m,
    );
    assert.match(
      problemOf('notify:\n  ops: { url: http://127.0.0.1:1 }\n'),
      /^a\.yaml:2:\d+: notify\.ops: expected no url: it belongs to pagerduty$/m,
    );
    const rule = (watch: string, when: string) =>
      problemOf(`alerts:\n  - { name: A, watch: ${watch}, when: ${when} }\n`);
    assert.match(
      rule('{ kid: Session }', '{ growth: 1000, within: 10m }'),
      /^a\.yaml:2:25: unknown key "kid"; did you mean "kind"\?$/m,
    );
    assert.match(
      rule('{ kind: Session }', '{ growht: 1000, within: 10m }'),
      /^a\.yaml:2:\d+: unknown key "growht"; did you mean "growth"\?$/m,
    );
    assert.match(
      rule('{ kind: Session, probe: cenzus }', '{ growth: 1000, within: 10m }'),
      /^a\.yaml:2:\d+: alerts\[0\]\.watch\.probe: .*"census".*, got "cenzus"$/m,
    );
  });

  it('is to be reached by others only with tokens and TLS', () => {
    const open = errorOf({ flags: { target: ['9229'], listen: '0.0.0.0:7331' } });
    assert.match(open, /^--listen: cannot listen on "0\.0\.0\.0" without tokens: .*\n--listen: .* without TLS: /);
    for (const listen of ['localhost:1', '127.8.8.8:1', '[::1]:1', '0']) {
      assert.ok(readConfig({ flags: { target: ['9229'], listen } }), listen);
    }
  });

  it('takes tokens by where they are, origins and TLS', () => {
    const access = `auth:
  tokens: [{ name: ops, role: operator, env: OPS_TOKEN }, { name: prometheus, role: viewer, file: /run/token }]
  origins: [https://ops.example]
tls: { cert: cert.pem, key: key.pem, clientCa: ca.pem }
listen: 0.0.0.0:7331
targets: [{ name: api, inspect: 9229 }]`;
    const { auth, tls, insecure } = readConfig(file(access));
    assert.deepEqual(auth, {
      tokens: [
        { name: 'ops', role: 'operator', source: { env: 'OPS_TOKEN' } },
        { name: 'prometheus', role: 'viewer', source: { file: '/run/token' } },
      ],
      origins: ['https://ops.example'],
    });
    assert.deepEqual(tls, { cert: 'cert.pem', key: 'key.pem', clientCa: 'ca.pem' });
    assert.equal(insecure, false);
    for (const [from, to, problem] of [
      ['env: OPS_TOKEN', 'token: secret', /:2:\d+: unknown key "token"; expected one of name, role, env, file/],
      [
        'env: OPS_TOKEN',
        'env: A, file: b',
        /:2:\d+: auth\.tokens\[0\]: expected either env or file, where the token is/,
      ],
      ['[{ name', '[secret, { name', /:2:\d+: auth\.tokens\[0\]: expected keys and values, got something else/],
      ['https://ops.example', '"*"', /:3:\d+: auth\.origins\[0\]: expected a scheme, a host .*got "\*"/],
    ] as const) {
      const wrong = errorOf(file(access.replace(from, to)));
      assert.match(wrong, problem);
      assert.ok(!wrong.includes('secret'), wrong);
    }
  });

  it('takes receivers by where their secrets are, and refuses rules that notify nobody', () => {
    const text = `targets: [{ name: api, inspect: 9229 }]
alerts: [{ name: Leak, watch: { kind: Session }, when: { above: 10 }, notify: [ops, am, log] }]
notify: { ops: { webhook: 'https://ops.example/hook', secret: { env: OPS } }, am: { alertmanager: 'http://am:9093', timeout: 2s }, log: {} }`;
    assert.deepEqual(readConfig(file(text)).notify, [
      { name: 'ops', type: 'webhook', url: 'https://ops.example/hook', secret: { env: 'OPS' }, timeoutMs: 10_000 },
      { name: 'am', type: 'alertmanager', url: 'http://am:9093', timeoutMs: 2_000 },
      { name: 'log', type: 'log' },
    ]);
    for (const [from, to, problem] of [
      [
        '[ops, am',
        '[opps, am',
        /:2:\d+: alerts\[0\]\.notify\[0\]: there is no receiver "opps": notify has ops, am, log$/,
      ],
      ['{ env: OPS }', 'hunter2', /:3:\d+: notify\.ops.*expected \{ env: NAME \}/],
      ['https://ops', 'https://me:hunter2@ops', /:3:\d+: notify\.ops.*expected an address without a password/],
      ['https://ops', 'hunter2://ops', /:3:\d+: notify\.ops.*expected an address such as/],
    ] as const) {
      const wrong = errorOf(file(text.replace(from, to)));
      assert.match(wrong, problem);
      assert.ok(!wrong.includes('hunter2'), wrong);
    }
  });

  it('refuses aliases that swell, and aliases of nothing', () => {
    const names = [...'abcdefghijkl'];
    const bomb = names.map((name, i) => `${name}: &${name} [${i === 0 ? 'x' : `${`*${names[i - 1]}, `.repeat(9)}`}]`);
    assert.match(errorOf(file(bomb.join('\n'))), /^heapwatch\.yaml:1:1: Excessive alias count/);
    assert.match(errorOf(file('targets: *nobody')), /^heapwatch\.yaml:1:1: Unresolved alias/);
    assert.match(errorOf(file('targets: &all [*all]')), /: targets\[0\]: expected .*, got a value that holds itself$/);
  });

  it('ships its JSON Schema, which takes what the collector takes', async () => {
    const path = new URL('../../../../collector/heapwatch.schema.json', import.meta.url);
    const shipped = JSON.parse(await readFile(path, 'utf8'));
    assert.deepEqual(shipped, configSchema(), 'made by: heapwatch check --schema > collector/heapwatch.schema.json');
    const takes = new Ajv2020({ allowUnionTypes: true }).compile(shipped);
    for (const text of [YAML, WHOLE]) {
      assert.ok(takes(parse(text)), JSON.stringify(takes.errors));
      assert.ok(readConfig({ ...file(text) }));
    }
    assert.ok(!takes({ lissen: '127.0.0.1:7331' }));
  });

  it('refuses a rule that its schedule gives too few readings, and names the line to add', () => {
    const text = (schedule: string, when: string) =>
      `schedule: ${schedule}\ntargets: [{ name: api, inspect: 9229 }]\nalerts:\n  - { name: Leak, targets: a*, watch: { kind: Session, probe: census }, when: ${when} }\n`;
    for (const [schedule, when, problem] of [
      [
        '{}',
        '{ growth: 1000, within: 10m }',
        'heapwatch.yaml:4:5: alerts[0] Leak: "census" never runs on "api", and 3 readings have to fall into 10m: add schedule: { census: 200s }',
      ],
      [
        '{ census: 5m }',
        '{ growth: 1000, within: 10m }',
        'heapwatch.yaml:4:5: alerts[0] Leak: "census" runs every 5m on "api", and 3 readings have to fall into 10m: add schedule: { census: 200s }',
      ],
      ['{ census: "0 4 * * *" }', '{ trend: 5MB/h, within: 2d }', '"census" runs every 1d on "api"'],
      ['{}', '{ above: 1000 }', 'alerts[0] Leak: "census" never runs on "api": add schedule: { census: 1m }'],
    ] as const) {
      assert.ok(errorOf(file(text(schedule, when))).includes(problem), errorOf(file(text(schedule, when))));
    }
    for (const schedule of ['{ census: 200s }', '{ census: auto }', '{ census: "*/3 * * * *" }']) {
      assert.ok(readConfig(file(text(schedule, '{ growth: 20%, within: 10m }'))), schedule);
    }
  });
});
