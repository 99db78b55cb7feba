/** Whatever a program has replaced, faked or dropped: it is attached to, nothing of it runs, and its figures are Node's. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { census } from '../../../agent/probe/census.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { usage } from '../../../agent/probe/usage.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

const programs: Record<string, string> = {
  'a fake clock':
    'const at = Date.now() - 1e11; Date.now = () => { ran++; return at; }; process.uptime = () => { ran++; return 7; };',
  'a fake setImmediate': 'globalThis.setImmediate = () => { ran++; }; globalThis.setTimeout = () => { ran++; };',
  'a spied memoryUsage': 'process.memoryUsage = () => { ran++; return {}; };',
  'a title that throws': "Object.defineProperty(process, 'title', { get() { ran++; throw new Error('no'); } });",
  'Object.prototype.value':
    'Object.prototype.value = 1; Object.prototype.get = 2; Object.prototype.toJSON = () => { ran++; };',
  'a Promise of its own': 'globalThis.Promise = class extends Promise { constructor(f) { ran++; super(f); } };',
  'no process': 'delete globalThis.process;',
};

for (const major of TRIED_MAJORS) {
  for (const [name, source] of Object.entries(programs)) {
    test(`Node ${major}: ${name}`, async () => {
      await using place = await folder();
      const program = place.join('program.cjs');
      writeFileSync(
        program,
        // standard output is made before anything is replaced: Node itself cannot make it beside an inherited `get`
        `const { stdout } = process; let ran = 0; globalThis.ranOf = () => ran; setInterval(() => {}, 1e6);
        ${source}; ran = 0; stdout.write('ready\\n');`,
      );
      await using target = await startTarget(program, { nodeBinary: await nodeBinary(major) });
      await target.line(/^ready$/);
      await using agent = await attach(`${target.port}`);
      const context = { target: 'target', isolate: 'main' };
      if (name !== 'no process') assert.equal(agent.identity.pid, target.pid);
      const ageMs = Date.now() - agent.identity.startedAtMs;
      assert.ok(ageMs > -2_000 && ageMs < 120_000, `${ageMs}`);
      assert.equal(await agent.condition(20_000), 'running');
      const { heapUsedBytes, rssBytes } = await usage(agent, context);
      assert.ok(heapUsedBytes > 1e6 && (rssBytes > 1e7 || rssBytes === 0), `${heapUsedBytes} ${rssBytes}`);
      assert.ok((await census(agent, context)).count > 1_000);
      const { partitions } = await snapshot(agent, { ...context, by: ['name'] });
      assert.ok((partitions[0]?.count ?? 0) > 1_000);
      const { result } = await agent.session.send('Runtime.evaluate', { expression: 'ranOf()' });
      assert.equal(result.value, 0, 'something of the program ran');
    });
  }
}
