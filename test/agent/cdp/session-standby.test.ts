/** What becomes of a session whose owner dies, or cannot wait for its last answer. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attach } from '../../../agent/attach/agent.ts';
import { ProtocolError, type Session } from '../../../agent/cdp/session.ts';
import { type FakeInspector, startFakeInspector } from '../../support/fake-inspector.ts';
import { nodeBinary } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

function startHolder(inspector: string, ...args: readonly string[]): ChildProcess {
  const program = fileURLToPath(new URL('../../support/session-holder.js', import.meta.url));
  return spawn(process.execPath, [program, inspector, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** An inspector that answers a profile when it is let, and all that is asked after it then. */
async function startSlow(): Promise<FakeInspector & { goOn(): void }> {
  let goOn!: () => void;
  let isAsked = false;
  const more = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const fake = await startFakeInspector({
    answers: {
      'HeapProfiler.getSamplingProfile': async () => {
        isAsked = true;
        await more;
        return {};
      },
      'Runtime.getIsolateId': async () => {
        if (isAsked) await more;
        return { id: 'fa4e' };
      },
    },
  });
  return Object.assign(fake, { goOn });
}

test('the session of somebody who was killed ends when the answer that is due has come, not before', async () => {
  await using fake = await startSlow();
  const holder = startHolder(fake.wsUrl, 'question');
  await fake.called('HeapProfiler.getSamplingProfile');
  const [peer] = [...fake.peers];
  const asked = once(peer!.socket, 'message'); // the standby's question
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await asked;
  assert.equal(fake.peers.size, 1);
  fake.goOn();
  const [code] = await once(peer!.socket, 'close');
  assert.equal(code, 1000);
});

test('a session that is closed while an answer is long due is closed here, and ended when the answer has come', async () => {
  await using fake = await startSlow();
  const holder = startHolder(fake.wsUrl, 'question');
  await fake.called('HeapProfiler.getSamplingProfile');
  const [peer] = [...fake.peers];
  holder.stdin!.write('\n');
  await once(holder.stdout!, 'data');
  await once(holder, 'exit');
  assert.equal(fake.peers.size, 1);
  fake.goOn();
  const [code] = await once(peer!.socket, 'close');
  assert.equal(code, 1000);
});

test('a target that wants to end is let go at once by the standby too', async () => {
  await using fake = await startSlow();
  const holder = startHolder(fake.wsUrl, 'question');
  await fake.called('HeapProfiler.getSamplingProfile');
  const [peer] = [...fake.peers];
  const asked = once(peer!.socket, 'message');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await asked;
  await peer!.event('NodeRuntime.waitingForDisconnect', {});
  await once(peer!.socket, 'close');
});

test('a target that floods the standby is let go', async () => {
  await using fake = await startSlow();
  const holder = startHolder(fake.wsUrl, 'question');
  await fake.called('HeapProfiler.getSamplingProfile');
  const [peer] = [...fake.peers];
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const closed = once(peer!.socket, 'close');
  const frame = 'x'.repeat(2 ** 20);
  while (peer!.socket.readyState === peer!.socket.OPEN) await peer!.raw(frame);
  await closed;
});

for (const major of [20, 24] as const) {
  for (const isolate of ['main', 'worker:1']) {
    test(`kill -9 of somebody who samples ${isolate} of Node ${major}: nobody samples it any more`, async () => {
      await using target = await startTarget('population', {
        nodeBinary: await nodeBinary(major),
        args: ['--worker'],
      });
      await target.line(/^ready/);
      const holder = startHolder(target.wsUrl, 'sampling', isolate);
      await once(holder.stdout!, 'data');
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      await using agent = await attach(target.wsUrl);
      const session = await agent.isolate(isolate);
      // the standby's commands come between our questions
      while (await isSampled(session));
    });
  }
}

async function isSampled(session: Session): Promise<boolean> {
  try {
    await session.send('HeapProfiler.getSamplingProfile');
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
