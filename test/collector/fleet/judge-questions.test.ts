/** What the collector that judges is asked over NATS, by whoever may write there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../../collector/main/collector.ts';
import { fleetConfig } from '../../support/fleet.ts';
import { LogLines } from '../../support/log-lines.ts';
import { hasNats, startNats } from '../../support/nats.ts';

test('a question that is none is refused, and the judge goes on', {
  skip: hasNats ? false : 'no nats-server here',
}, async () => {
  await using nats = await startNats();
  const lines = new LogLines();
  await using _collector = await startCollector(fleetConfig(nats.url, 'a'), { logger: lines.logger });
  await lines.next('this collector judges the rules');
  const { connect, createInbox } = await import('@nats-io/transport-node');
  const connection = await connect({ servers: nats.url });
  const answers: object[] = [];
  const inbox = createInbox();
  const replies = connection.subscribe(inbox);
  const [strange, good] = [['{', '7', '{"silence":{"matchers":{}}}'], '{"unsilence":"none"}'];
  for (const question of [...strange, good]) connection.publish('heapwatch.ask.judge', question, { reply: inbox });
  for await (const message of replies) {
    const answer = message.json<{ here?: true }>();
    if (answer.here) continue;
    answers.push(answer);
    if (answers.length > strange.length) break;
  }
  const codes = answers.map((answer) => ('error' in answer ? (answer.error as { code: string }).code : 'answered'));
  assert.deepEqual(codes.slice(0, 3).toSorted(), ['bad-params', 'bad-params', 'internal']);
  assert.notEqual(codes[3], 'internal');
  await connection.close();
});
