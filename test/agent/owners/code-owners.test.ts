/** CODEOWNERS as GitHub documents it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CodeOwners } from '../../../agent/owners/code-owners.ts';

function matches(pattern: string, path: string): boolean {
  return new CodeOwners(`${pattern} @a`).of(path).length > 0;
}

describe('a line of CODEOWNERS', () => {
  const TABLE: readonly [pattern: string, yes: readonly string[], no: readonly string[]][] = [
    ['*', ['a', 'a/b.js', 'a/b/c'], []],
    ['*.js', ['a.js', 'deep/er/a.js'], ['a.jsx', 'a.ts']],
    ['config', ['config', 'config/x', 'app/config', 'app/config/y/z'], ['config.ts', 'app/myconfig']],
    ['config/', ['config/x', 'app/config/y/z'], ['config', 'app/config']],
    ['/build/logs/', ['build/logs/x', 'build/logs/y/z'], ['build/logs', 'app/build/logs/x', 'build/logsx/y']],
    ['/app', ['app', 'app/x'], ['lib/app', 'apps']],
    ['app/web', ['app/web', 'app/web/x'], ['lib/app/web', 'app/webs']],
    ['docs/*', ['docs/a.md'], ['docs', 'docs/build/a.md', 'x/docs/a.md']],
    ['/*', ['a'], ['a/b']],
    ['/*/', ['a/b', 'a/b/c'], ['a']],
    ['docs/*.md', ['docs/a.md'], ['docs/x/a.md', 'docs/a.mdx']],
    ['src/*/test', ['src/a/test', 'src/a/test/x'], ['src/test', 'src/a/b/test']],
    ['**/logs', ['logs', 'logs/x', 'a/b/logs', 'a/logs/x/y'], ['alogs', 'a/logsx']],
    ['docs/**', ['docs/a', 'docs/a/b'], ['docs', 'x/docs/a']],
    ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z', 'a/b/z/more'], ['a/b', 'x/a/z']],
    ['a/**/', ['a/b', 'a/b/c'], ['a']],
    ['**', ['a', 'a/b'], []],
    ['f?o', ['foo', 'x/f-o'], ['fo', 'fooo', 'f/o']],
    ['f\\*o', ['f*o'], ['foo']],
    ['f\\?o', ['f?o'], ['foo']],
    ['my\\ file.js', ['my file.js', 'x/my file.js'], ['my', 'file.js']],
    ['a\\#b', ['a#b'], ['a']],
    // what GitHub does not read
    ['!a', [], ['a', '!a']],
    ['[ab]', [], ['a', '[ab]']],
    ['\\#a', [], ['#a', 'a']],
  ];

  for (const [pattern, yes, no] of TABLE) {
    it(`matches by ${pattern}`, () => {
      for (const path of yes) assert.equal(matches(pattern, path), true, path);
      for (const path of no) assert.equal(matches(pattern, path), false, path);
    });
  }
});

describe('a file of owners', () => {
  const OWNERS = new CodeOwners(`# who
*       @all/of-us # all
/pay/   @acme/pay  ops@acme.example
/pay/generated
*.sql   not-an-owner
[Section]
*.css   @css\r
docs/`);

  const cases: readonly [path: string, owners: readonly string[]][] = [
    ['a.ts', ['@all/of-us']],
    ['pay/cart.ts', ['@acme/pay', 'ops@acme.example']],
    ['pay/generated/x.ts', []],
    ['x.sql', ['@all/of-us']],
    ['x/y.css', ['@css']],
    ['docs/a.md', []],
  ];
  for (const [path, owners] of cases)
    it(`gives ${path} to ${owners.join(' ') || 'nobody'}`, () => assert.deepEqual(OWNERS.of(path), owners));

  it('takes whatever there is, in time that grows with its length', () => {
    const owners = new CodeOwners(`${'*a'.repeat(200)}c @a\n${'**/'.repeat(300)}b @b`);
    assert.deepEqual(owners.of(`${'a/'.repeat(300)}${'a'.repeat(5_000)}`), []);
    fc.assert(fc.property(fc.string(), fc.string(), (text, path) => Array.isArray(new CodeOwners(text).of(path))));
  });
});

describe('matching', () => {
  const part = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', '?', '**');
  const name = fc.constantFrom('a', 'b', 'ab', 'aab', 'abb');
  const pattern = fc
    .tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 5 }), fc.boolean())
    .map(([first, parts, last]) => `${first ? '/' : ''}${parts.join('/')}${last ? '/' : ''}`);

  it('is what the same pattern says as a regular expression', () => {
    fc.assert(
      fc.property(pattern, fc.array(name, { minLength: 1, maxLength: 6 }), (written, names) => {
        const path = names.join('/');
        assert.equal(matches(written, path), expressionOf(written).test(`/${path}`), `${written} ${path}`);
      }),
      { numRuns: 3_000 },
    );
  });

  it('lets the last line that matches decide', () => {
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 8 }),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        (lines, names) => {
          const path = names.join('/');
          const text = lines.map((line, at) => `${line} @o${at}`).join('\n');
          const last = lines.findLastIndex((line) => expressionOf(line).test(`/${path}`));
          assert.deepEqual(new CodeOwners(text).of(path), last < 0 ? [] : [`@o${last}`]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

/** The same, written another way: of a path with a slash before it. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('/').filter((part) => part !== '');
  const isAnchored = pattern.startsWith('/') || parts.length > 1;
  const isFolder = pattern.endsWith('/');
  const body = parts.map((part, at) => {
    const isLast = at === parts.length - 1;
    if (part === '**') return isLast ? '/.+' : '(?:/[^/]+)*';
    return `/${part.replaceAll('?', '[^/]').replaceAll('*', '[^/]*')}`;
  });
  const last = parts.at(-1);
  const end = last === '**' ? '' : isFolder ? '/.+' : last === '*' && isAnchored ? '' : '(?:/.+)?';
  return new RegExp(`^${isAnchored ? '' : '(?:/[^/]+)*'}${body.join('')}${end}$`);
}
