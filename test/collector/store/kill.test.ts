import assert from 'node:assert/strict';
import { it } from 'node:test';
import { folder } from '../../support/folder.ts';
import { killRounds } from '../../support/kill-rounds.ts';

it('keeps what it has sent through ten kills, and gives clients each event once and in order', async () => {
  await using dir = await folder();
  const path = dir.join('heapwatch.db');
  const sent = await killRounds({ path, rounds: 10, clients: 3, samplesPerSecond: 500, lifeMs: 300 });
  assert.ok(sent > 0);
});
