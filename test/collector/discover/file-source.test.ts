/** What is in the place of a service discovery's file. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { DiscoverConfig } from '../../../collector/config/discover-config.ts';
import { FileSource } from '../../../collector/discover/file-source.ts';
import { Lookout } from '../../../collector/discover/lookout.ts';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';

async function look(path: string, name: string): Promise<{ found: number; warnings: string[] }> {
  const warnings: string[] = [];
  const source = new FileSource({ folder: path, glob: name });
  const found = await source.look(new AbortController().signal, (warning) => warnings.push(warning));
  return { found: found.length, warnings };
}

test('a FIFO, a device and a file of megabytes are told in one line, and not waited for', async () => {
  await using dir = await folder();
  execFileSync('mkfifo', [dir.join('a.json')]);
  symlinkSync('/dev/zero', dir.join('b.json'));
  writeFileSync(dir.join('c.json'), ' '.repeat(2_000_000));
  writeFileSync(dir.join('d.json'), '[{"targets": ["127.0.0.1:9229"]}]');
  const { found, warnings } = await look(dir.path, '*.json');
  assert.equal(found, 1);
  assert.deepEqual(
    warnings.map((warning) => warning.replace(dir.path, '')),
    [
      'Cannot read /a.json: it is no regular file',
      'Cannot read /b.json: it is no regular file',
      'Cannot read /c.json: it is larger than 1048576 bytes, name fewer targets or part them among files',
    ],
  );
});

test('of more targets than an entry may find the first are taken, and that is told once', async () => {
  await using dir = await folder();
  const targets = Array.from({ length: 3_000 }, (_, at) => `127.0.0.1:${10_000 + at}`);
  writeFileSync(dir.join('a.json'), JSON.stringify([{ targets }]));
  const logs = new LogLines();
  const config = { source: { type: 'file', folder: dir.path, glob: 'a.json' }, everyMs: 60_000, limit: 100 };
  const lookout = new Lookout({
    config: config as unknown as DiscoverConfig,
    changed: () => {},
    logger: logs.logger,
  });
  await lookout.looked;
  assert.equal(lookout.found.length, 100);
  const { reason } = await logs.next('discovery failed');
  assert.match(String(reason), /^more than 100 targets: the others are left out/);
  await lookout.stop();
});

test('SIGTERM ends a collector whose log nobody reads', async () => {
  await using dir = await folder();
  execFileSync('mkfifo', [dir.join('a.json')]);
  const config = dir.join('heapwatch.yaml');
  writeFileSync(config, `listen: 127.0.0.1:0\ndiscover: [{ file: ${dir.join('*.json')}, every: 100ms }]\n`);
  const collector = startCli(['collect', '--config', config, '--log', 'debug']);
  await collector.said(/"url"/);
  // from here on nobody takes what it says
  collector.process.stderr.removeAllListeners('data').pause();
  for (let at = 0; at < 200; at++) collector.process.kill('SIGHUP');
  collector.process.kill('SIGTERM');
  const [code] = await new Promise<[number | null]>((resolve) => {
    collector.process.once('exit', (code) => resolve([code]));
  });
  assert.equal(code, 143);
});
