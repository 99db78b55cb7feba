/** The tail on a real terminal: driven by keys, and what is left of the terminal however it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainPath } from '../../support/cli.ts';
import { hasPty, type Pty, startPty } from '../../support/pty.ts';
import { startTarget, type Target } from '../../support/target.ts';

const skip = !hasPty && 'there is no script (util-linux) to make a terminal';
const LEFT = '\x1b[?1049l';

/**
 * A tail under a shell that tells the tail's pid first, waits for a line afterwards, and then says how the terminal is; no
 * interactive shell is there to set it right.
 */
function startTail(target: Target, ...options: string[]): Pty {
  const tail = `exec '${process.execPath}' '${mainPath}' tail ${target.port} ${options.join(' ')}`;
  return startPty(`sh -c 'echo "pid $$"; ${tail.replaceAll("'", '"')}'; echo "code $?"; read line; stty -a`);
}

/** The modes of the terminal, once the tail has gone. */
async function modesAfter(pty: Pty): Promise<string> {
  await pty.shows(/code \d+/);
  await pty.shows(/\[\?1049l/);
  pty.type('\n');
  await pty.ended;
  return pty.text.slice(pty.text.lastIndexOf('code '));
}

function assertSane(modes: string): void {
  assert.match(modes, /(?<!-)icanon/);
  assert.match(modes, /(?<!-)\becho\b/);
  assert.match(modes, /(?<!-)\bisig\b/);
}

test('driven by keys on a leaking server', { skip }, async () => {
  await using target = await startTarget('leaks', { args: ['map', '5000'] });
  await target.line(/ready/);
  await using pty = startTail(target, '--every', '200ms', '--max-share', '100%', '--probe', 'census');
  await pty.shows(/\[\?1049h/);
  await pty.shows(/5,000[^\n]*Session/);
  target.send('grow 1000\n');
  await target.line(/grown/);
  await pty.shows(/6,000[^\n]*\+1,000[^\n]*Session/);
  pty.type('/');
  await pty.shows(/kinds:/);
  pty.type('sess');
  await pty.shows(/sess_/);
  pty.type('\r');
  await pty.shows(/filter \*sess\*/);
  let from = pty.text.length;
  pty.type('c');
  await pty.shows(/checkpoint: deltas count/, from);
  from = pty.text.length;
  pty.type('s');
  await pty.shows(/snapshot of \d+: about .* Take it\?/, from);
  pty.type('y');
  // a snapshot knows the size of a Session exactly
  await pty.shows(/6,000 [^~\n]*Session/, from);
  pty.type('q');
  assertSane(await modesAfter(pty));
  assert.match(pty.text, /code 0/);
});

test('the terminal is sane', { skip }, async (t) => {
  await using target = await startTarget('leaks', { args: ['map'] });
  await target.line(/ready/);

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGKILL', 137],
  ] as const) {
    await t.test(`after ${signal}`, async () => {
      await using pty = startTail(target);
      const [, pid] = await pty.shows(/pid (\d+)/);
      await pty.shows(/heap [\d.]+ .B of/);
      process.kill(Number(pid), signal);
      assertSane(await modesAfter(pty));
      assert.match(pty.text, new RegExp(`code ${code}`));
      assert.equal(pty.text.split(LEFT).length - 1, 1, 'left once');
    });
  }

  await t.test('after Ctrl-C', async () => {
    await using pty = startTail(target);
    await pty.shows(/heap [\d.]+ .B of/);
    pty.type('\x03');
    assertSane(await modesAfter(pty));
    assert.match(pty.text, /code 130/);
  });

  await t.test('after the target was killed, and what was read last stays to be read', async () => {
    await using victim = await startTarget('leaks', { args: ['map', '4321'] });
    await victim.line(/ready/);
    await using pty = startTail(victim, '--probe', 'census');
    await pty.shows(/4,321[^\n]*Session/);
    victim.kill('SIGKILL');
    assertSane(await modesAfter(pty));
    const [, after] = pty.text.split(LEFT);
    assert.match(after!, /4,321[^\n]*Session/);
    assert.match(after!, /heapwatch: Detached from/);
    assert.match(pty.text, /code 3/);
  });
});
