import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { socketInodes } from '../../../agent/process/process.ts';
import { tcpTable } from '../../../agent/process/tcp-table.ts';
import { type Recording, readRecording } from '../../../collector/record/recording.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { type NodeMajor, nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';
import { startTarget, type Target } from '../../support/target.ts';
import { until } from '../../support/until.ts';

const AGENT = ['--import', 'heapwatch/agent'];
const MAJORS = TRIED_MAJORS.filter((major) => major >= 20);

const LIMITS = 'limits: { maxPause: 60s, maxExtraMemory: 4GB, pauseBudget: 60m/h }';
/** What asks the inspector, soon. */
const ASKED = `{ schedule: { usage: 1s, sampling: 2s, types: 2s, census: 2s, snapshot: 2s, memory: false }, ${LIMITS} }`;
const WALKED = `{ schedule: { usage: 1s, sampling: false, types: false, walk: 1s }, ${LIMITS} }`;

interface Watched extends AsyncDisposable {
  readonly target: Target;
  readonly dir: Folder;
  /** Of the agent, as text. */
  log(): string;
  recording(): Promise<Recording>;
}

/** A program that does as it is told, with our agent in it. */
async function startWatched(
  major: NodeMajor,
  { env = {}, execArgv = AGENT, config = '' }: { env?: NodeJS.ProcessEnv; execArgv?: string[]; config?: string } = {},
): Promise<Watched> {
  const dir = await folder();
  await writeFile(dir.join('heapwatch.yaml'), config);
  const settings = { HEAPWATCH_RECORD: dir.join('records'), HEAPWATCH_LOG: dir.join('log'), HEAPWATCH_NAME: 'api' };
  const target = await startTarget('puppet', {
    nodeBinary: await nodeBinary(major),
    inspect: false,
    execArgv,
    cwd: projectRoot,
    env: { ...settings, HEAPWATCH_CONFIG: dir.join('heapwatch.yaml'), ...env },
  });
  await target.line(/ready/);
  return {
    target,
    dir,
    log: () => (existsSync(dir.join('log')) ? readFileSync(dir.join('log'), 'utf8') : ''),
    recording: async () => {
      const [name = ''] = readdirSync(dir.join('records'));
      return await readRecording(dir.join(`records/${name}`));
    },
    async [Symbol.asyncDispose]() {
      await target[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** Which of our probes a recording has. */
const probesOf = (text: string) => new Set([...text.matchAll(/"probe":"(\w+)"/g)].map(([, probe]) => probe));

const recorded = ({ dir }: Watched): string =>
  existsSync(dir.join('records'))
    ? readdirSync(dir.join('records'))
        .map((name) => readFileSync(dir.join(`records/${name}`), 'utf8'))
        .join('')
    : '';

async function listens(pid: number): Promise<boolean> {
  const inodes = await socketInodes(pid);
  return (await tcpTable()).some(({ inode, listening }) => listening && inodes.has(inode));
}

for (const major of MAJORS) {
  test(`a program on Node ${major} is watched by the probes that ask it, with no port open, and exits as it likes`, async () => {
    await using watched = await startWatched(major, { config: ASKED });
    const { target } = watched;
    await until(() => probesOf(recorded(watched)).size === 4);
    assert.equal(await listens(target.pid), false);
    target.send('worker\n');
    await target.line(/^worker \d/);
    target.send('exit 3\n');
    const { code } = await target.exited;
    assert.equal(code, 3);
    // Node would say that it waits for a debugger
    await assert.rejects(target.errorLine(/./), /ended after\n$/);
    const { header, lines, truncated } = await watched.recording();
    assert.deepEqual([header.targets, truncated], [['api'], false]);
    const partition = lines.find((line) => line.type === 'partition' && line.probe === 'snapshot');
    assert.ok(partition?.type === 'partition');
    assert.equal(partition.isolate, 'main');
    assert.ok(partition.cost!.forecast!.extraBytes > 0 && partition.cost!.pauseMs! > 0);
    assert.equal(lines.at(-1)!.type, 'end');
    assert.doesNotMatch(watched.log(), /"level":[456]0/);
  });

  test(`a program on Node ${major} is walked in its own memory, and ends by itself when it has nothing left to do`, async () => {
    await using watched = await startWatched(major, { config: WALKED });
    const { target } = watched;
    await until(() => probesOf(recorded(watched)).has('walk'));
    target.send('drain\n');
    assert.equal((await target.exited).code, 0);
    await assert.rejects(target.errorLine(/./), /ended after\n$/);
  });

  for (const crash of ['throw', 'reject', 'exit', 'memory']) {
    test(`an agent on Node ${major} that ends (${crash}) takes nothing along, and begins anew`, async () => {
      const preload = ['--import', new URL('../../../../test/fixtures/crashing-agent.mjs', import.meta.url).href];
      await using watched = await startWatched(major, { execArgv: [...preload, ...AGENT], env: { CRASH: crash } });
      const { target } = watched;
      await until(() => /had ended, and begins anew/.test(watched.log()));
      assert.match(watched.log(), crash === 'exit' ? /\(code 9\)/ : /planned|heap has grown/);
      target.send('title\n');
      await target.line(/titled/);
      target.send('exit 4\n');
      assert.equal((await target.exited).code, 4);
      await assert.rejects(target.errorLine(/./), /ended after\n$/);
    });
  }
}

test('one variable turns it off, whatever else is said', async () => {
  await using watched = await startWatched(20, { env: { HEAPWATCH_AGENT: 'off' } });
  const { target } = watched;
  await using twin = await startTarget('puppet', { inspect: false });
  await twin.line(/ready/);
  const threads = (pid: number) => readdirSync(`/proc/${pid}/task`).length;
  assert.equal(threads(target.pid), threads(twin.pid));
  target.send('exit 0\n');
  await target.exited;
  assert.deepEqual([watched.log(), recorded(watched)], ['', '']);
});

test('what cannot be done is said by a warning, and nothing else happens', async () => {
  await using watched = await startWatched(20, { config: 'schedule: { usage: never }' });
  const { target } = watched;
  const warning = await target.errorLine(/HeapwatchWarning/);
  assert.match(warning, /Cannot watch this process: .*heapwatch\.yaml:1.*expected a duration/);
  target.send('exit 5\n');
  assert.equal((await target.exited).code, 5);
});
