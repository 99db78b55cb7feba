/** README.md and docs/: every command in them is run, and what it prints is compared with what they say. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { readConfig } from '../../collector/config/config.ts';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/project.ts';
import { type Block, commandsOf, type Document, documents, proseOf, readDocument, stepsOf } from './document.ts';
import { likeness, printed } from './likeness.ts';
import { ENDLESS, NOT_RUN } from './not-run.ts';
import { type Shell, startShell } from './shell.ts';

const pages = documents();
const OTHERS = ['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'protocol/PROTOCOL.md', 'protocol/METHODS.md'];
const written = [...pages, ...OTHERS.map(readDocument)];

describe('commands', { concurrency: 2 }, () => {
  for (const page of pages.filter(hasCommands)) {
    it(`of ${page.path} print what it says`, async () => {
      await using shell = await startShell();
      await shell.start('node --inspect=9229 server.mjs');
      const faults: string[] = [];
      for (const block of page.blocks) faults.push(...(await run(block, page, shell)));
      assert.equal(faults.join('\n'), '');
    });
  }
});

function hasCommands({ blocks }: Document): boolean {
  return blocks.some(({ language }) => ['console', 'sh', 'js'].includes(language));
}

/** What is not as the block says, in words. */
async function run(block: Block, page: Document, shell: Shell): Promise<string[]> {
  const where = `${page.path}:${block.line}`;
  if (block.language === 'yaml') shell.write('heapwatch.yaml', block.text);
  if (block.language === 'js') return runProgram(block, page, shell);
  const faults: string[] = [];
  if (block.language === 'sh') {
    for (const command of commandsOf(block).filter((each) => !(each in NOT_RUN))) {
      const { code, text } = await shell.run({ command, input: [], output: [], isInterrupted: false });
      if (code !== 0) faults.push(`${where}: "${command}" ended with ${code}:\n${text}`);
    }
  }
  if (block.language !== 'console') return faults;
  for (const step of stepsOf(block)) {
    if (step.command.endsWith(' &')) {
      await shell.start(step.command.slice(0, -' &'.length));
      continue;
    }
    const { text } = await shell.run(step);
    if (likeness(step.output).test(printed(text))) continue;
    faults.push(`${where}: "${step.command}" should print\n${step.output.join('\n')}\n--- and printed\n${text}`);
  }
  return faults;
}

async function runProgram(block: Block, page: Document, shell: Shell): Promise<string[]> {
  if (page.path in ENDLESS) return [];
  shell.write('example.mjs', block.text);
  const { code, text } = await shell.run({ command: 'node example.mjs', input: [], output: [], isInterrupted: false });
  return code === 0 && text !== '' ? [] : [`${page.path}:${block.line}: the program ended with ${code}:\n${text}`];
}

describe('configurations', () => {
  for (const page of pages) {
    for (const block of page.blocks.filter(({ language }) => language === 'yaml')) {
      it(`of ${page.path}:${block.line} can be read`, () => {
        const file = { name: page.path, text: block.text };
        assert.ok(readConfig({ file, flags: { target: ['any=9229'] } }).targets.length > 0);
      });
    }
  }
});

describe('what is written', () => {
  it('names no command and no option that does not exist', async () => {
    const faults: string[] = [];
    const helps = new Map<string, string>();
    const help = async (...words: string[]) => {
      const key = words.join(' ');
      if (!helps.has(key)) helps.set(key, (await runCli([...words, '--help'])).stdout);
      return helps.get(key)!;
    };
    for (const page of written) {
      for (const [, command] of proseOf(page.text).matchAll(/`heapwatch ([^`]+)`/g)) {
        const [name = '', action = ''] = command!.split(' ');
        if (name.startsWith('-')) continue;
        const isNested = name === 'alerts' && /^[a-z]+$/.test(action);
        const text = await help(name, ...(isNested ? [action] : []));
        if (!text.startsWith(`heapwatch ${name}`)) faults.push(`${page.path}: there is no command ${name}`);
        for (const [option] of command!.matchAll(/(?<=\s)--[a-z-]+/g))
          if (!text.includes(option)) faults.push(`${page.path}: heapwatch ${name} has no ${option}`);
      }
    }
    assert.deepEqual(faults, []);
  });

  it('links to what exists', () => {
    const faults = written.flatMap(({ path, text }) =>
      [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
        if (/^https?:/.test(link!)) return [];
        const [file = '', anchor] = link!.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(projectRoot, target))) return [`${path}: ${link}`];
        return anchor === undefined || anchors(target).includes(anchor) ? [] : [`${path}: ${link}`];
      }),
    );
    assert.deepEqual(faults, []);
  });

  it('is not left out of the run without a reason that still counts', () => {
    const commands = pages.flatMap(({ blocks }) =>
      blocks.filter(({ language }) => language === 'sh').flatMap(commandsOf),
    );
    assert.deepEqual(
      Object.keys(NOT_RUN).filter((command) => !commands.includes(command)),
      [],
    );
    assert.deepEqual(
      Object.keys(ENDLESS).filter((path) => !pages.some((page) => page.path === path)),
      [],
    );
  });
});

/** Of the headings of a document, as links name them. */
function anchors(path: string): string[] {
  return [...readDocument(path).text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('README.md', () => {
  const { text, blocks } = readDocument('README.md');

  it('is a page: at most 200 lines of at most 110 columns', () => {
    const lines = text.trimEnd().split('\n');
    assert.ok(lines.length <= 200, `${lines.length} lines`);
    assert.deepEqual(
      lines.filter((line) => [...line].length > 110),
      [],
    );
  });

  it('begins with the two commands of a clone', () => {
    assert.deepEqual(commandsOf(blocks[0]!), ['npm ci && npm run demo', 'npm ci && npm test']);
  });
});
