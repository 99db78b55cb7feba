/** A number alone as a target: the port of an inspector, or a process, for every command that takes one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { namedTarget } from '../../../collector/measure/bare-number.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

const CLOSED = { inspect: false, execArgv: ['--inspect-port=0'] };

test('a number is a port where something listens, else a live Node process, else what it was', async () => {
  await using target = await startTarget('puppet', CLOSED);
  assert.equal(await namedTarget(`${target.pid}`), `pid:${target.pid}`);
  await using open = await startTarget('puppet');
  assert.equal(await namedTarget(`${open.port}`), `${open.port}`);
  for (const text of ['', '0', '1', `pid:${target.pid}`, `127.0.0.1:${target.pid}`, '99999999999', 'x.heapsnapshot'])
    assert.equal(await namedTarget(text), text);
  if (target.pid > 65_535) return;
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer().listen(target.pid, host);
    await once(server, 'listening');
    assert.equal(await namedTarget(`${target.pid}`), `${target.pid}`, host);
    await new Promise((resolve) => server.close(resolve));
  }
});

test('commands take the number of a process: alone, in a list, at a prompt', async () => {
  await using target = await startTarget('population', CLOSED);
  await using place = await folder();
  const pid = `${target.pid}`;
  const file = (name: string) => ['-o', place.join(name)];
  for (const args of [
    ['heap', pid, '--probe', 'types', '--rows', '1'],
    ['rss', pid],
    ['record', pid, '--every', '1s', '--for', '1s', ...file('x.jsonl')],
    ['sample', pid, '--for', '1s', '--rows', '1'],
  ]) {
    const { code, stderr } = await runCli(args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  }
  const tail = startCli(['tail', pid, '--every', '1s', '--json']);
  await tail.said(new RegExp(`"target":"pid:${pid}"`), 'stdout');
  tail.process.kill('SIGINT');
  assert.equal((await tail.result).code, 130);
  const prompt = startCli(['console', pid]);
  prompt.process.stdin.end('1 + 1\n');
  assert.equal((await prompt.result).code, 0);
});
