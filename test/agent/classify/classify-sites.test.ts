import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kindsOf } from '../../support/kinds.ts';
import { graph } from '../../support/snapshot-text.ts';

/**
 * A constructor and what gives its script a name, in three nodes from `at` on: the function (with a location),
 * its shared function info, the script.
 */
function maker(at: number, name: string, place: string, url: string, edge = 'script'): string {
  return `${at}:closure:${name} ${at}@${place} ${at}>${at + 1}:internal:shared
    ${at + 1}:code:(shared) ${at + 1}>${at + 2}:internal:${edge} ${at + 2}:code:'${url}'`;
}

describe('classes of one name', () => {
  const kinds = (spec: string): string[] => kindsOf('kind', graph(spec)).slice(1);

  it('keep the plain name while there is one of them', () => {
    assert.deepEqual(
      kinds(`1:object:A 1@7:9:0 2:object:A ${maker(3, 'A', '7:9:0', '/srv/app/src/a.js')}`).slice(0, 2),
      ['A', 'A'],
    );
  });

  it('are told apart by where their constructors stand, lines from 1', () => {
    assert.deepEqual(
      kinds(`1:object:A 1@7:9:0 2:object:A 2@8:4:2 3:object:A
        ${maker(4, 'A', '7:9:0', '/srv/app/src/a.js')}
        ${maker(7, 'A', '8:4:2', 'file:///srv/app/src/b%20c.mjs?t=123')}`).slice(0, 3),
      ['A (src/a.js:10)', 'A (src/b c.mjs:5)', 'A'],
    );
  });

  it('pass their site on to their stores', () => {
    assert.deepEqual(
      kinds(`1:object:A 1@7:9:0 2:object:A 2@8:4:2 1>3:internal:properties 3:array 2>4:internal:elements 4:array
        ${maker(5, 'A', '7:9:0', '/srv/app/src/a.js')} ${maker(8, 'A', '8:4:2', '/srv/app/src/b.js')}`).slice(2, 4),
      ['properties of A (src/a.js:10)', 'elements of A (src/b.js:5)'],
    );
  });

  it('are found by their prototypes where instances have no location', () => {
    assert.deepEqual(
      kinds(`1:object:A 1>2:property:__proto__ 2:object:Object 2>7:property:constructor
        3:object:A 3>4:property:__proto__ 4:object:Object 4>10:property:constructor 5:object:A 6:object:B
        ${maker(7, 'A', '7:9:0', '/srv/app/src/a.js')} ${maker(10, 'A', '8:4:2', '/srv/app/src/b.js')}`).slice(0, 6),
      ['A (src/a.js:10)', 'Object', 'A (src/b.js:5)', 'Object', 'A', 'B'],
    );
  });

  it('are found by the script edge of Node 18 and 20 too', () => {
    assert.deepEqual(
      kinds(`1:object:A 1@7:0:0 2:object:A 2@8:0:0
        ${maker(3, 'A', '7:0:0', '/x/a.js', 'script_or_debug_info')}
        ${maker(6, 'A', '8:0:0', '/x/b.js', 'script_or_debug_info')}`).slice(0, 2),
      ['A (x/a.js:1)', 'A (x/b.js:1)'],
    );
  });

  it('show the whole path where two scripts would read the same', () => {
    assert.deepEqual(
      kinds(`1:object:A 1@7:0:0 2:object:A 2@8:0:0 3:object:A 3@9:0:0 ${maker(4, 'A', '7:0:0', '/x/src/a.js')}
        ${maker(7, 'A', '8:0:0', '/y/src/a.js')} ${maker(10, 'A', '9:0:0', '/y/src/b.js')}`).slice(0, 3),
      ['A (/x/src/a.js:1)', 'A (/y/src/a.js:1)', 'A (src/b.js:1)'],
    );
  });

  it('show the column where two stand on one line', () => {
    assert.deepEqual(
      kinds(`1:object:A 1@7:0:0 2:object:A 2@7:0:30 3:object:A 3@7:1:0 ${maker(4, 'A', '7:0:0', '/x/a.js')}
        ${maker(7, 'A', '7:0:30', '/x/a.js')} ${maker(10, 'A', '7:1:0', '/x/a.js')}`).slice(0, 3),
      ['A (x/a.js:1:1)', 'A (x/a.js:1:31)', 'A (x/a.js:2)'],
    );
  });

  it('are one where a script was loaded twice', () => {
    assert.deepEqual(
      kinds(`1:object:A 1@7:0:0 2:object:A 2@8:0:0 ${maker(3, 'A', '7:0:0', '/x/a.js')}
        ${maker(6, 'A', '8:0:0', '/x/a.js')}`).slice(0, 2),
      ['A', 'A'],
    );
  });

  it('say so where the script has no name', () => {
    assert.deepEqual(kinds('1:object:A 1@7:0:0 2:object:A 2@7:3:0').slice(0, 2), [
      'A (<anonymous>:1)',
      'A (<anonymous>:4)',
    ]);
  });

  it('do not split what only runs in different places', () => {
    assert.deepEqual(
      kinds('1:object:Generator 1@7:0:0 2:object:Generator 2@8:0:0 3:closure:f 3@7:0:0 4:closure:g 4@8:0:0').slice(
        0,
        2,
      ),
      ['Generator', 'Generator'],
    );
  });

  it('are always told from a word for something else', () => {
    assert.deepEqual(
      kinds(`1:object:context 1@7:0:0 2:object:string 3:object:'array (shared)' 4:object:'elements of A'
        ${maker(5, 'context', '7:0:0', '/x/a.js')}`).slice(0, 4),
      ['context (x/a.js:1)', 'string (class)', 'array (shared) (class)', 'elements of A (class)'],
    );
  });

  it('are told apart by class as well', () => {
    assert.deepEqual(
      kindsOf(
        'class',
        graph(`1:object:A 1@7:0:0 2:object:A 2@8:0:0 1>3:internal:elements 3:array
          ${maker(4, 'A', '7:0:0', '/x/a.js')} ${maker(7, 'A', '8:0:0', '/x/b.js')}`),
      ).slice(1, 4),
      ['A (x/a.js:1)', 'A (x/b.js:1)', 'A (x/a.js:1)'],
    );
  });
});

describe('by module', () => {
  const modules = (spec: string): string[] => kindsOf('module', graph(spec)).slice(1);

  it('takes functions and instances by the script of the function or class', () => {
    assert.deepEqual(modules(`1:object:A 1@7:9:0 ${maker(2, 'A', '7:9:0', 'file:///srv/app/src/a.js')}`), [
      'src/a.js',
      'src/a.js',
      '(no module)',
      '(no module)',
    ]);
  });

  it('finds the class by the prototype where there is no location', () => {
    assert.deepEqual(
      modules(`1:object:Map 1>2:property:__proto__ 2:object:Map 2>3:property:constructor
        ${maker(3, 'SafeMap', '7:9:0', 'node:internal/per_context/primordials')}`).slice(0, 3),
      ['node:internal/per_context', '(no module)', 'node:internal/per_context'],
    );
  });

  it('takes stores by their owner', () => {
    assert.deepEqual(
      modules(`1:object:A 1@7:9:0 1>2:internal:table 2:array 3:array
        ${maker(4, 'A', '7:9:0', '/x/node_modules/@s/b/c.js')}`).slice(0, 3),
      ['@s/b', '@s/b', '(no module)'],
    );
  });

  it('names packages, parts of Node and application scripts', () => {
    const urls: readonly (readonly [string, string])[] = [
      ['/x/node_modules/a/lib/i.js', 'a'],
      ['/x/node_modules/a/node_modules/@s/b/i.js', '@s/b'],
      ['file:///x/node_modules/.pnpm/c@1.0.0/node_modules/c/i.mjs', 'c'],
      ['node:fs', 'node:fs'],
      ['node:fs/promises', 'node:fs'],
      ['node:internal/deps/undici/undici', 'node:internal/deps/undici'],
      ['/x/src/i.js', '/x/src/i.js'],
      ['/y/src/i.js', '/y/src/i.js'],
      ['/x/src/j.js', 'src/j.js'],
      ['C:\\x\\src\\k.js', 'src/k.js'],
      ['evalmachine.<anonymous>', 'evalmachine.<anonymous>'],
      ['', '(no module)'],
    ];
    const spec = urls.map(([url], at) => maker(1 + 3 * at, 'f', `${at}:0:0`, url)).join(' ');
    assert.deepEqual(
      modules(spec).filter((_, at) => at % 3 === 0),
      urls.map(([, name]) => name),
    );
  });

  it('leaves synthetic nodes out', () => {
    assert.deepEqual(kindsOf('module', graph('0>1')), ['-', '(no module)']);
  });
});
