/** `heapwatch redact` and `snapshot --redact`, as a user runs them. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

type Secrets = Readonly<Record<string, string>>;

const planted = async (target: { line(pattern: RegExp): Promise<string> }): Promise<Secrets> =>
  JSON.parse(await target.line(/^\{/)) as Secrets;

function assertGone(path: string, secrets: Secrets): void {
  const text = readFileSync(path, 'utf8');
  for (const [where, secret] of Object.entries(secrets)) {
    assert.ok(!text.includes(JSON.stringify(secret.slice(0, 64)).slice(1, -1)), `${where} is left`);
  }
}

describe('a live snapshot with --redact', () => {
  for (const probe of ['snapshot', 'walk']) {
    test(`by ${probe} holds no secret`, async () => {
      await using place = await folder();
      await using target = await startTarget('secrets');
      const secrets = await planted(target);
      const path = place.join('given.heapsnapshot');
      const of = probe === 'walk' ? `pid:${target.pid}` : `${target.port}`;
      const { code, stderr } = await runCli(['snapshot', of, '--probe', probe, '--yes', '--redact', '-o', path]);
      assert.equal(code, 0, stderr);
      assertGone(path, secrets);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const { code: read, stdout } = await runCli(['heap', path, '--all']);
      assert.equal(read, 0);
      assert.match(stdout, / Session$/m);
    });
  }
});

describe('heapwatch redact', () => {
  test('counts what looks like a secret, and shows none of it', async () => {
    await using place = await folder();
    await using target = await startTarget('secrets');
    const secrets = await planted(target);
    const [path, given] = [place.join('full.heapsnapshot'), place.join('given.heapsnapshot')];
    assert.equal((await runCli(['snapshot', `${target.port}`, '--yes', '-o', path])).code, 0);
    const { code, stdout } = await runCli(['redact', '--audit', path]);
    assert.equal(code, 0);
    for (const row of [/GitHub token & /, /AWS access key & /, /JSON web token & \{Object\}/, /e-mail address & /]) {
      assert.match(stdout, row);
    }
    for (const secret of Object.values(secrets)) assert.ok(!stdout.includes(secret));

    const redacted = await runCli(['redact', path, given]);
    assert.equal(redacted.code, 0);
    assert.match(redacted.stdout, /^.*given\.heapsnapshot: \d+ of \d+ strings replaced, \d+ names kept\n$/);
    assertGone(given, secrets);
    const audited = await runCli(['redact', '--audit', given]);
    assert.equal(audited.stdout, `${given}: no string looks like a secret\n`);
    const again = await runCli(['redact', path, given]);
    assert.deepEqual([again.code, again.stderr.includes('it exists already')], [1, true]);
  });

  test('counts values of the environment, by variable and holder, in a process and in its file, and shows none', async () => {
    await using place = await folder();
    const env = {
      ...{ API_TOKEN: 'a1b2-c3d4-e5f6', DATABASE_URL: 'postgres://app:hunter2%21hunter2@db/orders' },
      ...{ NODE_ENV: 'production', WORKERS: '1', LOGIN_SECRET: 'disabled', CACHE_DIR: '/var/cache/app' },
    };
    await using target = await startTarget('environment', { env });
    await target.line(/ready/);
    const path = place.join('full.heapsnapshot');
    assert.equal((await runCli(['snapshot', `${target.port}`, '--yes', '-o', path])).code, 0);
    const of = `pid:${target.pid}`;
    for (const asked of [[of], [path, '--env-of', of], [`${target.port}`, '--yes']]) {
      const { code, stdout, stderr } = await runCli(['redact', '--audit', ...asked]);
      assert.equal(code, 0, stderr);
      const rows = stdout.match(/(?:value of|password in) .*/g);
      assert.deepEqual(rows?.map((row) => row.trim()).sort(), [
        'password in DATABASE_URL & {Client}',
        'value of API_TOKEN & {Object}',
      ]);
      assert.match(stderr, /looks for \d+ values of the environment of /);
      for (const value of [env.API_TOKEN, env.DATABASE_URL, 'hunter2'])
        assert.ok(!`${stdout}${stderr}`.includes(value), value);
    }
    const without = await runCli(['redact', '--audit', path]);
    assert.ok(!without.stdout.includes('API_TOKEN'));
  });

  test('says what it lacks, and what cannot be redacted', async () => {
    await using place = await folder();
    const nameless = await runCli(['redact', 'a.heapsnapshot']);
    assert.deepEqual([nameless.code, nameless.stderr.includes('name the file to write')], [2, true]);
    const idle = await runCli(['redact', 'a.heapsnapshot', 'b.heapsnapshot', '--env-of', `pid:${process.pid}`]);
    assert.deepEqual([idle.code, idle.stderr.includes('it goes with --audit')], [2, true]);
    const gone = await runCli(['redact', '--audit', place.join('none.heapsnapshot'), '--env-of', 'pid:4194305']);
    assert.match(gone.stderr, /^heapwatch: Cannot read the environment of pid:4194305: there is no such process$/m);
    const missing = await runCli(['redact', place.join('none.heapsnapshot'), place.join('b.heapsnapshot')]);
    assert.deepEqual([missing.code, missing.stderr.includes('none.heapsnapshot')], [1, true]);
  });
});
