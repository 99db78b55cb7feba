import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';

const room = join(projectRoot, 'protocol');
const sources = readdirSync(room).filter((name) => name.endsWith('.ts'));

test('the protocol imports nothing but zod and its own files, so that it loads in a browser', () => {
  assert.ok(sources.length > 0);
  for (const source of sources) {
    const code = readFileSync(join(room, source), 'utf8');
    const imports = [...code.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!);
    for (const specifier of imports) assert.match(specifier, /^(?:zod|\.\/[\w-]+\.ts)$/, source);
  }
});

test("the protocol names none of Node's globals", () => {
  for (const source of sources) {
    const code = readFileSync(join(room, source), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    assert.doesNotMatch(code, /\b(?:process|Buffer|require|__dirname|global|setImmediate)\b[.(]/, source);
  }
});

test('the protocol imports zod whole, under a name, of which a bundler leaves out what is not used', () => {
  for (const source of sources) {
    const code = readFileSync(join(room, source), 'utf8');
    for (const [line] of code.matchAll(/^import .* from 'zod';$/gm)) {
      assert.match(line, /^import (?:type )?\* as z from 'zod';$/, source);
    }
  }
});
