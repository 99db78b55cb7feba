/** The prompt as a person drives it, at a terminal that is made of streams. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { PlainSet } from '../../../agent/sets/heap-set.ts';
import { offers } from '../../../collector/console/completer.ts';
import { historyPath } from '../../../collector/console/history.ts';
import { pending } from '../../../collector/console/pending.ts';
import { type ReplOptions, runRepl } from '../../../collector/console/repl.ts';
import type { Terminal } from '../../../collector/console/session-face.ts';
import { nearest } from '../../../collector/console/words.ts';
import { folder } from '../../support/folder.ts';

/** What a person sees and does. */
class Person {
  readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  readonly output = Object.assign(new PassThrough(), { isTTY: true, hasColors: () => false, columns: 100 });
  terminal: () => Terminal = () => assert.fail('no terminal yet');
  interrupt: () => void = () => assert.fail('nothing to interrupt');
  tellAside: (text: string) => void = () => assert.fail('nobody to tell');
  readonly ended: Promise<void>;
  #seen = '';

  constructor(names: PropertyDescriptorMap = {}) {
    this.output.setEncoding('utf8').on('data', (text: string) => {
      this.#seen += text;
    });
    this.ended = runRepl({
      input: this.input as unknown as ReplOptions['input'],
      output: this.output as unknown as ReplOptions['output'],
      banner: 'hello\n',
      names: (terminal) => {
        this.terminal = terminal;
        return names;
      },
      commands: {},
      onAside: (tell) => {
        this.tellAside = tell;
      },
      say: (text) => void this.output.write(`${text}\n`),
      progress: () => {},
      onInterrupt: (handler) => {
        this.interrupt = handler;
        return () => {};
      },
      leaveInterrupts: async (work) => work(),
      signal: new AbortController().signal,
    });
  }

  type(text: string): void {
    this.input.write(text);
  }

  /** Waits until the text is on the screen, and forgets what is before its end. */
  async sees(pattern: RegExp): Promise<void> {
    for (;;) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's own
      const found = pattern.exec(this.#seen.replace(/\x1b\[[\d;?]*[A-Za-z]/g, ''));
      if (found) {
        this.#seen = '';
        return;
      }
      await once(this.output, 'data');
    }
  }
}

/** History goes to a folder of the test's own. */
async function withHistory(act: (path: string) => Promise<void>): Promise<void> {
  await using dir = await folder();
  const before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = dir.path;
  try {
    await act(historyPath());
  } finally {
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
  }
}

test('a line, its answer, an error, and the way out', async () => {
  await withHistory(async (path) => {
    const person = new Person();
    await person.sees(/hello\n>>> $/);
    person.type('6 * 7\r');
    await person.sees(/\n42\n>>> $/);
    person.type('six\r');
    await person.sees(/\nReferenceError: six is not defined\n>>> $/);
    person.type('_\r');
    await person.sees(/\n42\n>>> $/);
    person.type('\x04');
    await person.ended;
    assert.match(await readFile(path, 'utf8'), /^_\nsix\n6 \* 7/);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });
});

test('Ctrl-C ends what runs and not the session', async () => {
  await withHistory(async () => {
    let given: AbortSignal | undefined;
    const person: Person = new Person({
      wait: {
        value: () => {
          given = person.terminal().signal;
          person.terminal().say('waiting');
          return pending(new Promise(() => {}));
        },
      },
    });
    await person.sees(/>>> $/);
    for (const line of ['wait()', 'await wait()']) {
      person.type(`${line}\r`);
      await person.sees(/waiting/);
      person.interrupt();
      await person.sees(/interrupted\n>>> $/);
      assert.equal(given?.aborted, true);
    }
    person.type('1 + 1\r');
    await person.sees(/\n2\n>>> $/);
    person.type('.exit\r');
    await person.ended;
  });
});

test('.load runs the lines of a file one after the other', async () => {
  await withHistory(async () => {
    await using dir = await folder();
    const script = dir.join('script.js');
    await writeFile(script, 'h = hp.heap()\nhp.forget()\nfunction f() {\n  hp.heap()\n}\nh.count + hp.forgotten\n');
    const hp = {
      forgotten: 0,
      heap: () => pending(Promise.resolve({ count: 7 })),
      forget: () => pending(Promise.resolve().then(() => hp.forgotten++)),
    };
    const person = new Person({ hp: { value: hp } });
    await person.sees(/>>> $/);
    person.type(`.load ${script}\r`);
    await person.sees(/\.\.\. 8\n>>> $/);
    person.type('\x04');
    await person.ended;
  });
});

test('a question, and news while a line is typed', async () => {
  await withHistory(async () => {
    const person: Person = new Person({ may: { value: () => person.terminal().ask('May we?') } });
    await person.sees(/>>> $/);
    for (const [reply, answer] of [
      ['y', 'true'],
      ['', 'false'],
    ]) {
      person.type('may()\r');
      await person.sees(/May we\? \[y\/N\] $/);
      person.type(`${reply}\r`);
      await person.sees(new RegExp(`\n${answer}\n>>> $`));
    }
    person.type('"half a li');
    await person.sees(/half a li$/);
    person.tellAside('*** 9229 has gone ***');
    await person.sees(/\*\*\* 9229 has gone \*\*\*\n[\s\S]*half a li/);
    person.type('ne"\r');
    await person.sees(/\n'half a line'\n>>> $/);
    person.type('\x04');
    await person.ended;
  });
});

test('Tab offers words without working anything out', () => {
  const set = Object.create(PlainSet.prototype) as PlainSet;
  const variable = (name: string): unknown => ({ h: set, n: 7 })[name];
  assert.deepEqual(offers('hp.setr', variable), [['setref', 'setrelheap'], 'setr']);
  assert.deepEqual(offers('h[0].byv', variable), [['byvia'], 'byv']);
  assert.deepEqual(offers('x = h.byvia[3].more.dom', variable), [['dominos', 'domisize'], 'dom']);
  assert.equal(offers('h.count.', variable), null);
  assert.equal(offers('n.to', variable), null);
  assert.equal(offers('hp.heap().', variable), null);
});

test('the name that was meant', () => {
  assert.equal(nearest('byvai', ['byvia', 'bytype']), 'byvia');
  assert.equal(nearest('byVia', ['byvia', 'bytype']), 'byvia');
  assert.equal(nearest('xyzzy', ['byvia', 'bytype']), null);
  assert.equal(nearest('h', []), null);
});

test('what is still to come can be spoken to', async () => {
  const list = pending(Promise.resolve([3, 4, 5])) as unknown as number[];
  assert.equal(await list[1], 4);
  assert.deepEqual(await list.slice(1), [4, 5]);
  assert.deepEqual(await list.concat(pending(Promise.resolve([6])) as unknown as number[]), [3, 4, 5, 6]);
  await assert.rejects(async () => await (list as unknown as { nope(): unknown }).nope(), /it is no function/);
  const failing = pending(Promise.reject(new RangeError('no'))) as unknown as { a: { b(): Promise<unknown> } };
  await assert.rejects(async () => await failing.a.b(), RangeError);
});
