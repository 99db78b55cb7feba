/** What a holding path says of the variable and its script. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { holderOf, pathParts, shortScript } from '../../collector/ui/parts/holding-path/path-parts.ts';

/** The path, and who holds at its end: `variable rest | owner | script`. */
const PATHS: Readonly<Record<string, string>> = {
  'module /app/x.mjs: handle → closure handle (src/x.mjs:25): ctx.sessionsByToken.get({*})':
    'sessionsByToken .get({*}) | handle | src/x.mjs:25',
  'module /app/x.mjs: bus.on({*})[12] → closure onMessage (src/x.mjs:32): ctx.session':
    'session  | onMessage | src/x.mjs:32',
  'timer refreshSession (src/x.mjs:40): ctx.session': 'session  | refreshSession | src/x.mjs:40',
  'module /app/x.mjs: neverSettled[7] → promise → await in waitForever (src/x.mjs:54): local':
    ' a local | waitForever | src/x.mjs:54',
  'module /app/x.mjs: auditLog[3]': 'auditLog [3] |  | /app/x.mjs',
  'module file:///C:/x.mjs: locals.a': 'locals .a |  | file:///C:/x.mjs',
  'timer heartbeat (src/x.mjs:60) → AsyncLocalStorage store': '  | heartbeat | src/x.mjs:60',
};

for (const [path, expected] of Object.entries(PATHS)) {
  it(`"${path}" ends at "${expected}"`, () => {
    const holder = holderOf(pathParts(path));
    assert.equal(`${holder?.variable} ${holder?.rest} | ${holder?.owner} | ${holder?.script}`, expected);
  });
}

it('what hangs on the global object has a name and no script', () => {
  const [part] = pathParts('global.sessionCache[{*}]');
  assert.deepEqual(part, { word: 'global', owner: '', script: '', variable: 'sessionCache', rest: '[{*}]' });
  assert.equal(holderOf([part!]), undefined);
});

it('what is not understood stays as it is', () => {
  const [part] = pathParts('(GC roots)[3]->feedback_cell');
  assert.equal(part?.rest, '(GC roots)[3]->feedback_cell');
});

it('a script is shown by its last two names', () => {
  assert.equal(shortScript('/srv/app/src/x.js:25'), 'src/x.js:25');
  assert.equal(shortScript('x.js'), 'x.js');
});
