/** The tools, asked by the SDK's own client over stdin and stdout: answers, pages, consent, and what is never shown. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Pages } from '../../../collector/mcp/pages.ts';
import { TOOLS } from '../../../collector/mcp/tools.ts';
import { mainPath } from '../../support/cli.ts';
import { startTarget } from '../../support/target.ts';

interface Connected extends AsyncDisposable {
  readonly client: Client;
  readonly questions: string[];
  ask(name: string, args: object): Promise<{ text: string; failed: boolean }>;
}

/** @param agrees what the person answers; undefined: the host cannot ask */
async function connected(args: readonly string[], agrees?: boolean): Promise<Connected> {
  const capabilities = agrees === undefined ? {} : { elicitation: {} };
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  const questions: string[] = [];
  if (agrees !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      questions.push(params.message);
      return { action: agrees ? 'accept' : 'decline', ...(agrees && { content: { agree: true } }) };
    });
  }
  const how = { command: process.execPath, args: [mainPath, 'mcp', ...args], stderr: 'ignore' } as const;
  await client.connect(new StdioClientTransport({ ...how, args: [...how.args] }));
  return {
    client,
    questions,
    ask: async (name, given) => {
      const limit = { timeout: 300_000 };
      const result = await client.callTool({ name, arguments: { ...given } }, undefined, limit);
      const [content] = result.content as { text: string }[];
      assert.ok(Buffer.byteLength(content!.text) <= 4_096, `${Buffer.byteLength(content!.text)} bytes`);
      return { text: content!.text, failed: result.isError === true };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Addresses of all pages of docs/, and of the glossary once more. */
function guides(): string[] {
  const pages = readdirSync('docs').filter((file) => file.endsWith('.md'));
  return [...pages.map((file) => `heapwatch://docs/${file.slice(0, -3)}`), 'heapwatch://glossary'].sort();
}

async function page(client: Client, uri: string): Promise<string> {
  const { contents } = await client.readResource({ uri });
  return String((contents[0] as { text?: string }).text);
}

test('an assistant lists tools, prompts and words, and finds the variable of a leak without a secret', async () => {
  await using target = await startTarget('leaking-sessions');
  await using mcp = await connected([]);
  const { tools } = await mcp.client.listTools();
  assert.deepEqual(tools.map(({ name }) => name).sort(), [...TOOLS.map(({ name }) => name), 'more'].sort());
  assert.equal((await mcp.client.listPrompts()).prompts.length, 2);
  const { resources } = await mcp.client.listResources();
  assert.deepEqual(resources.map(({ uri }) => uri).sort(), guides());
  assert.match(await page(mcp.client, 'heapwatch://glossary'), /\| walk +\| a _probe_/);
  assert.match(await page(mcp.client, 'heapwatch://docs/gate'), /^# Gate/);
  await assert.rejects(page(mcp.client, 'heapwatch://docs/../package'), /not found/);
  const heap = `pid:${target.pid}`;
  const answers = [
    await mcp.ask('survivors', { target: heap, seconds: 4 }),
    await mcp.ask('path', { target: heap, to: 'Session' }),
    await mcp.ask('partition', { target: heap, rows: 30 }),
    await mcp.ask('rss', { target: heap }),
    await mcp.ask('pattern', { target: heap, kind: 'Session', depth: 2 }),
    await mcp.ask('prices', { target: String(target.port) }),
    await mcp.ask('what_if', { target: heap, holder: 'Map', rows: 5 }),
  ];
  const [survivors, path, partition, , pattern, prices] = answers;
  assert.match(survivors!.text, /Session leaks/);
  assert.match(path!.text, /sessions/);
  assert.match(partition!.text, /Session/);
  assert.match(pattern!.text, /^\[\d+\] Session[^\n]*\n {2}\[\d+\] /);
  assert.match(prices!.text, /^snapshot: .* of pause, .* of extra memory: fits$/m);
  for (const { text, failed } of answers) {
    assert.ok(!failed, text);
    assert.ok(!text.includes('hunter2'), text);
  }
});

test('a dear probe is run only if the person agrees, whatever the assistant says', async () => {
  await using target = await startTarget('leaking-sessions');
  const question = { target: String(target.port), probe: 'snapshot', rows: 1 };
  for (const agrees of [undefined, false]) {
    await using mcp = await connected(['--max-pause', '1ms'], agrees);
    const { text, failed } = await mcp.ask('partition', question);
    assert.ok(failed);
    assert.match(text, agrees === false ? /you said no/ : /no terminal to ask at/);
    const forced = await mcp.ask('partition', { ...question, target: '--yes' });
    assert.match(forced.text, /begins with -/);
  }
  await using mcp = await connected(['--max-pause', '1ms'], true);
  const { text, failed } = await mcp.ask('partition', question);
  assert.ok(!failed, text);
  assert.match(text, /Partition of a set of/);
  assert.match(mcp.questions.join(), /of pause[\s\S]*Take it\?/);
});

test('pages are whole lines of at most 4 KB, and together the text', () => {
  const pages = new Pages();
  const lines = Array.from({ length: 500 }, (_, i) => `line ${i} ${'é'.repeat(i % 40)}`);
  const seen: string[] = [];
  for (let page = pages.first(lines.join('\n')); ; ) {
    assert.ok(Buffer.byteLength(page) <= 4_096);
    const [, body = page, cursor] =
      /^([\s\S]*)\n\[\d+ more lines: call "more" with cursor "([^"]+)"\]$/.exec(page) ?? [];
    seen.push(body);
    if (cursor === undefined) break;
    page = pages.more(cursor);
  }
  assert.equal(seen.join(''), lines.join('\n'));
  assert.throws(() => pages.more('nothing:0'), /not kept any more/);
  assert.ok(Buffer.byteLength(pages.first('x'.repeat(10_000))) <= 4_096);
});
