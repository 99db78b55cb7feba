/** What holds them, asked of a process from outside: paths, classifiers, a snapshot file, the prompt; no inspector is opened. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { hpy } from '../../../agent/heapy/hpy.ts';
import { listeningRows } from '../../../agent/process/listening.ts';
import { Partition } from '../../../protocol/partition.ts';
import { runCli } from '../../support/cli.ts';
import { coreOf, noGcore } from '../../support/core-file.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { startTarget, type Target } from '../../support/target.ts';

const PATH = /handleRequest.*ctx\.sessionsByToken\.get\("token-0"\)\n$/;

describe('a leaking server without an inspector', () => {
  let target: Target;
  let dir: Folder;
  let text: string;

  before(async () => {
    dir = await folder();
    target = await startTarget('leaks', { inspect: false, args: ['map'] });
    await target.line(/ready/);
    text = `pid:${target.pid}`;
  });
  after(async () => {
    await target?.[Symbol.asyncDispose]();
    await dir?.[Symbol.asyncDispose]();
  });

  it('says which variable holds its sessions', async () => {
    const { code, stdout, stderr } = await runCli(['path', text, 'Session']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, PATH);
    assert.match(stderr, /^paused .*, RSS \+0 B/m);
  });

  it('is read by every classifier but those of object ids', async () => {
    for (const by of ['referrers', 'via', 'retained', 'module', 'shape', 'kind&size']) {
      const { code, stdout, stderr } = await runCli(['heap', text, '--by', by, '--json']);
      assert.equal(code, 0, stderr);
      const partition = Partition.parse(JSON.parse(stdout));
      assert.deepEqual([partition.probe, partition.by], ['walk', by]);
      assert.ok(partition.count > 10_000);
    }
    const byId = await runCli(['heap', text, '--by', 'id', '--probe', 'walk']);
    assert.equal(byId.code, 2);
    assert.match(byId.stderr, /a walk knows no object ids of V8's, use --probe snapshot\n$/);
  });

  it('is written as a snapshot that is read as any other', async () => {
    const file = dir.join('walked.heapsnapshot');
    const { code, stderr } = await runCli(['snapshot', text, '--probe', 'walk', '-o', file]);
    assert.equal(code, 0, stderr);
    JSON.parse(await readFile(file, 'utf8'));
    const { stdout } = await runCli(['path', file, 'Session']);
    assert.match(stdout, PATH);
  });

  it("is a session in heapy's words", async () => {
    await using hp = await hpy(text, { probe: 'walk' });
    const sessions = (await hp.heap()).and(hp.Kind('Session'));
    assert.equal(sessions.count, 50);
    assert.match(String(sessions.sp), /sessionsByToken/);
    assert.ok(sessions.domisize > sessions.size);
    await assert.rejects(hp.setrelheap(), /a walk knows no object ids/);
  });

  it('is read from a core file alike', { skip: noGcore }, async () => {
    const core = await coreOf(target.pid, dir.path);
    const { code, stdout, stderr } = await runCli(['path', core, 'Session']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, PATH);
  });

  it('listens on nothing afterwards', async () => {
    assert.deepEqual(await listeningRows(target.pid), []);
  });
});
