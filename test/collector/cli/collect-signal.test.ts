/** A collector that is told to end before it has begun. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectCommand } from '../../../collector/cli/collect.ts';
import { Interrupted } from '../../../collector/terminal/exit.ts';
import type { Io } from '../../../collector/terminal/io.ts';

test('a signal that comes while it starts ends it', async () => {
  const signal = AbortSignal.abort(new Interrupted('SIGTERM'));
  const { handler } = collectCommand({ signal } as Partial<Io> as Io);
  const args = { target: ['api=1'], set: ['listen=127.0.0.1:0'], log: 'silent' };
  await assert.rejects(async () => await handler(args as unknown as Parameters<typeof handler>[0]), Interrupted);
});
