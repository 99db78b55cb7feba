/** The configuration of a fleet's agents: checked before it leaves, run and acknowledged, taken back where one cannot run it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { readAgentConfig } from '../../../collector/config/agent-config.ts';
import { ConfigError } from '../../../collector/config/config-error.ts';
import { type Acknowledgement, configurationFor, hashOf } from '../../../collector/fleet/config-document.ts';
import { startAgent } from '../../../collector/main/agent.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import type { FleetStatus } from '../../../collector/main/fleet-office.ts';
import { runCli } from '../../support/cli.ts';
import { fleetConfig } from '../../support/fleet.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { hasNats, type Nats, startNats } from '../../support/nats.ts';
import { startTarget, type Target } from '../../support/target.ts';

describe('a rollout', () => {
  const text = 'schedule: { usage: 1s }';
  const before = { text: 'schedule: { usage: 5s }', hash: hashOf('schedule: { usage: 5s }') };
  const document = { text, hash: hashOf(text), before, at: '' };
  const agents = Array.from({ length: 1_000 }, (_, i) => ({ name: `a${i}`, labels: { region: i % 2 ? 'eu' : 'us' } }));
  const running = (percent: number, labels: Record<string, string> = {}) =>
    agents.filter((agent) => configurationFor({ ...document, rollout: { percent, labels } }, agent)?.text === text);

  it('is for a share of the agents, which grows by others, and for those of a label', () => {
    const tenth = running(10);
    assert.ok(tenth.length > 60 && tenth.length < 140, `${tenth.length} of 1,000`);
    const half = new Set(running(50));
    assert.ok(tenth.every((agent) => half.has(agent)));
    assert.equal(running(100).length, 1_000);
    assert.equal(running(0).length, 0);
    assert.equal(running(100, { region: 'eu' }).length, 500);
  });
});

describe('the configuration of a fleet', { skip: hasNats ? false : 'no nats-server here', timeout: 120_000 }, () => {
  let nats: Nats;
  let target: Target;
  let dir: Folder;

  before(async () => {
    [nats, target, dir] = await Promise.all([startNats(), startTarget('puppet'), folder()]);
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  const fleet = (...args: string[]) => runCli(['fleet', ...args, '--nats', nats.url]);
  const put = async (text: string, ...more: string[]) => {
    await writeFile(dir.join('agents.yaml'), text);
    return await fleet('put', dir.join('agents.yaml'), ...more);
  };
  const good = () => `targets: [{ name: api, inspect: '127.0.0.1:${target.port}', schedule: { usage: 1s } }]\n`;

  it('is refused by line before it leaves', async () => {
    const { code, stderr } = await put('schedule: { usage: 1s }\nlisten: 7331\nlimits: {}\n');
    assert.equal(code, 2);
    assert.match(stderr, /agents\.yaml:2:9: "listen" is not for agents from the middle/);
    assert.match((await fleet('show')).stderr, /none was put yet/);
  });

  it('is run by an agent that says so, is shown, and is taken back where another cannot run it', async () => {
    const { logger } = new LogLines();
    const logs = new LogLines();
    const read = (text: string) => readAgentConfig({ name: 'fleet', text });
    await using _one = await startAgent(fleetConfig(nats.url, 'one'), { logger: logs.logger, read });
    assert.equal((await put(good())).code, 0);
    await logs.next("the fleet's configuration is in force");
    await logs.next('target attached');
    const { members, targets } = JSON.parse((await fleet('status', '--json')).stdout) as FleetStatus;
    assert.deepEqual(
      members.map(({ kind, name, isThere, configuration }) => [kind, name, isThere, configuration?.hash]),
      [['agent', 'one', true, hashOf(good())]],
    );
    assert.deepEqual(
      targets.map(({ target: name, state }) => [name, state]),
      [['api@one', 'attached']],
    );

    const refusing = new LogLines();
    const older = () => {
      throw new ConfigError([{ where: 'fleet:1:1', message: 'unknown key "targets"' }]);
    };
    await using _two = await startAgent(fleetConfig(nats.url, 'two'), { logger: refusing.logger, read: older });
    const judged = new LogLines();
    await using _judge = await startCollector(fleetConfig(nats.url, 'c', [], { lease: '2s' }), {
      logger: judged.logger,
    });
    const next = good().replace('1s', '2s');
    assert.equal((await put(next)).code, 0);
    const back = (await judged.next("the fleet's configuration is taken back: an agent cannot run it")) as unknown;
    assert.equal((back as Acknowledgement).agent, 'two');
    const { stdout } = await fleet('status');
    assert.match(stdout, /configuration: version 3, [0-9a-f]{8}; one was taken back: two said fleet:1:1: unknown key/);
    assert.match(stdout, /^agent +two +there .* refused: /m);
    assert.equal((await fleet('show')).stdout, good());
    logger.flush();
  });
});
