/** Another configuration of rules and receivers while alerts fire, by SIGHUP to a real collector. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';
import { startWebhookServer } from '../../support/webhook-server.ts';

const rule = (name: string, more = '') =>
  `  - { name: ${name}, watch: { kind: string, probe: types }, when: { above: 1 }, notify: [ops]${more} }`;

describe('rules and receivers that are read anew', () => {
  it('keep what is the same, end what is gone, and stay as they are where the new ones are wrong', async () => {
    await using target = await startTarget('puppet');
    await using before = await startWebhookServer();
    await using after = await startWebhookServer();
    await using dir = await folder();
    const path = dir.join('heapwatch.yaml');
    const write = (url: string, ...rules: string[]) =>
      writeFile(
        path,
        [
          'listen: 127.0.0.1:0',
          `store: { path: ${dir.join('heapwatch.db')} }`,
          `targets: [{ name: api, inspect: "127.0.0.1:${target.port}" }]`,
          'schedule: { usage: false, sampling: false, types: 300ms }',
          'limits: { pauseBudget: 10m/h }',
          `notify: { ops: { webhook: "${url}" } }`,
          'alerts:',
          ...rules,
          '',
        ].join('\n'),
      );
    const told = (posted: { body: string }) => {
      const [{ labels, status, reason }] = JSON.parse(posted.body).alerts;
      return `${labels.alertname} ${status}${status === 'resolved' ? `: ${reason}` : ''}`;
    };
    await write(before.url, rule('Kept'), rule('Changed'), rule('Gone'));
    const cli = startCli(['collect', '--config', path]);
    try {
      const fired = (await before.received(3)).map(told).sort();
      assert.deepEqual(fired, ['Changed firing', 'Gone firing', 'Kept firing']);

      await write(before.url, rule('Kept', ', for: soon'));
      cli.process.kill('SIGHUP');
      const [refused] = await cli.said(
        /"problems":\[.*\],"msg":"configuration refused: the previous one stays in force"/,
      );
      assert.match(refused, /heapwatch\.yaml:8:\d+: .*expected a duration.*got \\"soon\\"/);

      await write(after.url, rule('Kept'), rule('Changed', ', labels: { severity: page }'));
      cli.process.kill('SIGHUP');
      await cli.said(/"keys":\["notify","alerts"\],"msg":"these keys are in force now"/);
      const changes = (await after.received(3)).map(told).sort();
      assert.deepEqual(changes, [
        'Changed firing',
        'Changed resolved: its rule has changed',
        'Gone resolved: its rule is gone',
      ]);
      assert.equal(before.posted.length, 3);
    } finally {
      cli.process.kill('SIGTERM');
    }
    await cli.result;
  });
});
