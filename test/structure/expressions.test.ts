/** No regular expression takes more than a time linear in its text: what comes from outside may be a hundred thousand characters. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { analyse } from 'scslre';
import { packageName, scriptPath, shortPath } from '../../agent/classify/naming/script-name.ts';
import { weakPairOf } from '../../agent/graph/weak-pair.ts';
import { commandWords, optionWords } from '../../agent/process/node-flags.ts';
import { oneLine } from '../../collector/terminal/exit.ts';
import { wrap } from '../../protocol/wrap.ts';
import { projectRoot } from '../support/project.ts';

/** What may stand before a literal, and not before a division. */
const LITERAL =
  /(?<=(?:^|[=(,:!&|?;{}[\]]|\breturn|=>)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*(?=[.,;)\]\s}])/g;

/** Expressions that are not linear, or seem not to be, and whose text is short or our user's own. */
const ALLOWED: ReadonlySet<string> = new Set([
  // of the symbols of a Node executable
  String.raw`/^type_\w+?__(\w+)_TYPE$/`,
  String.raw`/\d+\.\d+\.\d+\.\d+-(?:node|electron)\.\d+/`,
  // lines of the kernel's
  String.raw`/^([0-9a-f]+)-[0-9a-f]+ \S+ ([0-9a-f]+) \S+ \d+ +(.*)$/`,
  String.raw`/\d+\.\d+\.\d+\.\d+$/`,
  // the configuration
  String.raw`/\{\{\s*([^{}]*?)\s*\}\}/g`,
  String.raw`/^(\S+?)\s*\/\s*(\S+)$/`,
  String.raw`/\/+$/`,
  // what somebody types into the console
  String.raw`/\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]/`,
  // a file's name, cut before
  String.raw`/\uFFFD+$/`,
  // what ends in all that is left: it cannot fail there
  String.raw`/^(?:ctx\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*)(.*)$/su`,
  String.raw`/^global\.([\p{ID_Start}$_][\p{ID_Continue}$]*)(.*)$/su`,
]);

test('no expression of ours backtracks from each place of a text through all of it', () => {
  const found: string[] = [];
  for (const room of ['agent', 'collector', 'protocol']) {
    for (const entry of readdirSync(join(projectRoot, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name).slice(projectRoot.length + 1);
      for (const line of readFileSync(join(projectRoot, path), 'utf8').split('\n')) {
        if (/^\s*(?:\/?\*|\/\/)/.test(line)) continue;
        for (const [literal] of line.matchAll(LITERAL)) {
          if (!ALLOWED.has(literal) && !isLinear(literal)) found.push(`${path}: ${literal}`);
        }
      }
    }
  }
  assert.deepEqual(found, []);
});

function isLinear(literal: string): boolean {
  const end = literal.lastIndexOf('/');
  const { reports } = analyse(new RegExp(literal.slice(1, end), literal.slice(end + 1)));
  return reports.length === 0;
}

test('the check sees what is quadratic', () => {
  assert.ok(!isLinear(String.raw`/.*(?:^|\/)node_modules\/(.+)$/s`));
  assert.ok(!isLinear(String.raw`/\s*\n\s*/g`));
  assert.ok(isLinear('/^node:[^/]+/'));
});

// of a million characters a quadratic one would take hours
const LENGTH = 1_000_000;
const label = `1 / part of key (${') -> value ('.repeat(LENGTH / 12)} pair in WeakMap (table @1)`;
const work: Readonly<Record<string, () => unknown>> = {
  'a script of one letter again and again': () => shortPath('a'.repeat(LENGTH)),
  'a script of folders': () => shortPath('/a'.repeat(LENGTH / 2)),
  'a script of node_modules': () => packageName('/node_modules'.repeat(LENGTH / 13)),
  'a script of what is nearly node_modules': () => packageName('node_modules/'.repeat(LENGTH / 13).slice(1)),
  'a URL of question marks': () => scriptPath(`http://${'?'.repeat(LENGTH)}`),
  'a label of a weak pair': () => weakPairOf(label),
  'a label of ids': () =>
    weakPairOf(`1 / part of key (${' @1) -> value ('.repeat(LENGTH / 15)} pair in WeakMap (table @x)`),
  'a command line of zeros': () => commandWords(`${'\0'.repeat(LENGTH)}x`),
  'options of open quotes': () => optionWords(`"${'\\"'.repeat(4_000)}`),
  'a message of blanks': () => oneLine(' '.repeat(LENGTH)),
  'a row of dashes': () => wrap('-'.repeat(2_000), { width: 80 }),
};
for (const [what, take] of Object.entries(work)) {
  test(`${what} is read in one pass`, { timeout: 60_000 }, () => void take());
}
