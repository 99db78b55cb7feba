/**
 * An assistant that is a script, at the SDK's own client: of each program that leaks in one of eight ways it finds the variable by
 * tools alone, within the limits that nobody has to be asked for, and is told no content of a string.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { mainPath } from '../../support/cli.ts';
import { startTarget } from '../../support/target.ts';

/** By the fixture's way to leak: what holds on. */
const HOLDERS: Readonly<Record<string, RegExp>> = {
  map: /\bsessionsByToken\.get\(/,
  listeners: /\bbus\.on\(/,
  timers: /\btimer refreshSession \(/,
  promises: /\bneverSettled\[/,
  array: /\bauditLog\[/,
  async: /\btimer heartbeat \(/,
  global: /\bglobal\.sessionCache\[/,
  markup: /\bauditLog\[/,
};
/** What the fixture has in its strings, and as keys. */
const CONTENTS = /(?:token|user|session)[ -]\d/;
/** Beyond the list of processes, which is as long as there are many on the machine. */
const MOST_CALLS = 2;
const MOST_BYTES = MOST_CALLS * 4_096;

/** The tools of a host that can ask nobody: what would need consent is refused. */
class Assistant implements AsyncDisposable {
  readonly #client = new Client({ name: 'script', version: '1' });
  /** What was asked of a target. */
  readonly answers: string[] = [];

  async start(): Promise<this> {
    const how = { command: process.execPath, args: [mainPath, 'mcp'], stderr: 'ignore' } as const;
    await this.#client.connect(new StdioClientTransport({ ...how, args: [...how.args] }));
    return this;
  }

  /** Whether the process is in the list of targets, on whatever page. */
  async sees(pid: number): Promise<boolean> {
    let page = await this.#call('targets', {});
    for (;;) {
      if (new RegExp(`\\b${pid}\\b`).test(page)) return true;
      const [, cursor] = /call "more" with cursor "([^"]+)"/.exec(page) ?? [];
      if (cursor === undefined) return false;
      page = await this.#call('more', { cursor });
    }
  }

  async ask(name: string, args: object): Promise<string> {
    const text = await this.#call(name, args);
    this.answers.push(text);
    return text;
  }

  async #call(name: string, args: object): Promise<string> {
    const result = await this.#client.callTool({ name, arguments: { ...args } }, undefined, { timeout: 300_000 });
    const [content] = result.content as { text: string }[];
    assert.ok(!result.isError, content!.text);
    return content!.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}

/** As the prompt says: what leaks; and, where that does not name its holder, the path to it. */
async function holderIn(assistant: Assistant, pid: number): Promise<string> {
  assert.ok(await assistant.sees(pid), 'the process is not among the targets');
  const heap = `pid:${pid}`;
  const survivors = await assistant.ask('survivors', { target: heap, seconds: 4 });
  const [, kind] = /^(.+) leaks: /m.exec(survivors) ?? [];
  assert.ok(kind, survivors);
  const [, held] = /^ *held by +(.+)$/m.exec(survivors) ?? [];
  return held ?? (await assistant.ask('path', { target: heap, to: kind }));
}

describe('an assistant finds by tools alone what holds a leak', () => {
  for (const [mode, holder] of Object.entries(HOLDERS)) {
    it(`by way of ${mode}`, async () => {
      await using target = await startTarget('leaks', { args: [mode] });
      await target.line(/ready/);
      await using assistant = await new Assistant().start();
      const growing = setInterval(() => target.send('grow 20\n'), 100);
      try {
        assert.match(await holderIn(assistant, target.pid), holder);
      } finally {
        clearInterval(growing);
      }
      const bytes = assistant.answers.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      assert.ok(assistant.answers.length <= MOST_CALLS && bytes <= MOST_BYTES, `${assistant.answers.length}, ${bytes}`);
      for (const text of assistant.answers) assert.doesNotMatch(text, CONTENTS);
    });
  }
});
