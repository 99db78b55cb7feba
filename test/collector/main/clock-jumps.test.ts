/** A collector whose clock is set forwards and back by hours while it runs: it goes on as if nothing had happened. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_RETENTION } from '../../../collector/config/store-config.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { readResult } from '../../../protocol/requests.ts';
import { configOf } from '../../support/collector.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';

const HOUR_MS = 3_600_000;
/** Readings that must come after each jump: of a schedule that waits for the clock there is none. */
const READINGS = 5;

describe('a clock that is set', () => {
  for (const [what, hours] of [
    ['forwards', [5, 30]],
    ['back', [-5, -30]],
    ['forwards and back', [5, -5, 0]],
  ] as const) {
    it(`${what} by hours stops no reading and no offset`, async () => {
      await using dir = await folder();
      await using fake = await startFakeInspector();
      const logs = new LogLines();
      let offMs = 0;
      const config = {
        ...configOf([{ name: 'api', inspect: `${fake.port}`, schedule: { usage: 50 } }]),
        store: { path: dir.join('hw.db'), retention: DEFAULT_RETENTION },
      };
      const now = () => Date.now() + offMs;
      await using collector = await startCollector(config, { logger: logs.logger, now });
      const client = await connect(collector.url);
      await client.hello();
      await client.subscribe({ topics: ['usage', 'mark'] });
      let last = (await client.next('usage')).offset;
      for (const each of hours) {
        offMs = each * HOUR_MS;
        for (let at = 0; at < READINGS; at++) {
          const { offset } = await client.next('usage');
          assert.ok(offset > last, `${offset} after ${last}`);
          last = offset;
        }
      }
      const answer = await client.request('history', { target: 'api', topic: 'usage' });
      assert.ok('result' in answer);
      const [history] = readResult('history', answer.result).usage;
      assert.ok(history!.samples > READINGS * hours.length);
      await client.close();
    });
  }
});
