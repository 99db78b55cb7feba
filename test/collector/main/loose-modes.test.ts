import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { warnOfLooseModes } from '../../../collector/main/loose-modes.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';

test('a key and a token that others may read are told, with what to do', async () => {
  await using dir = await folder();
  const [key, token, closed] = ['key.pem', 'token', 'closed'].map((name) => dir.join(name));
  writeFileSync(key!, '', { mode: 0o644 });
  writeFileSync(token!, '', { mode: 0o640 });
  writeFileSync(closed!, '', { mode: 0o600 });
  const tokens = [token!, closed!].map((file, at) => ({ name: `t${at}`, role: 'viewer' as const, source: { file } }));
  const logs = new LogLines();
  warnOfLooseModes({ ...configOf([]), auth: { tokens, origins: [] }, tls: { cert: key!, key: key! } }, logs.logger);
  const lines = logs
    .text()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ path, mode, msg }) => [path, mode, msg]),
    [
      [key, '644', 'others may use this file: chmod 600 closes it to them'],
      [token, '640', 'others may use this file: chmod 600 closes it to them'],
    ],
  );
});
