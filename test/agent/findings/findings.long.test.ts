/** Planted defects are among the first three findings, and programs without one have none above "low". */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findingsOf } from '../../../agent/findings/findings.ts';
import { HeapView } from '../../../agent/sets/view.ts';
import type { Finding } from '../../../protocol/finding.ts';
import { CLEAN, DEFECTS, type Defect, faultOf, foundByWalk, foundInFile } from '../../support/defects.ts';
import { graph } from '../../support/snapshot-text.ts';

describe('what is found in a snapshot file', () => {
  for (const defect of Object.keys(DEFECTS) as Defect[]) {
    it(`has the ${DEFECTS[defect]} of "${defect}" among the first three`, async () => {
      const found = await foundInFile(defect, 20);
      assert.equal(faultOf(defect, found), undefined);
      const finding = found.findings.find((each) => each.finding === DEFECTS[defect])!;
      assert.ok(finding.path !== undefined && finding.heldBy !== undefined, JSON.stringify(finding));
      assert.ok(finding.sizeBytes > 0 && finding.sizeBytes <= found.sizeBytes);
    });
  }

  for (const program of CLEAN) {
    it(`is nothing above "low" where there is no defect: ${program}`, async () => {
      assert.equal(faultOf(program, await foundInFile(program, 20)), undefined);
    });
  }
});

describe('what is found from outside', () => {
  for (const program of ['sessions', 'duplicates', 'slices', 'weak', 'timers', 'empties', 'idle'] as const) {
    it(`is the same: ${program}`, async () => {
      assert.equal(faultOf(program, await foundByWalk(program, 20)), undefined);
    });
  }
});

/** Findings of a heap drawn by hand. */
function found(spec: string, earlier: Parameters<typeof findingsOf>[1]['earlier'] = []): readonly Finding[] {
  return findingsOf(new HeapView(graph(spec), { strings: false }), { target: 'a', earlier }).findings;
}

describe('detached elements', () => {
  const elements = Array.from(
    { length: 120 },
    (_, at) => `2>${at + 3}:element:${at} ${at + 3}:native:'Detached <li class="${at}">':2000`,
  );

  it('are found with the variable that has them', () => {
    const [finding] = found(`0>1:shortcut:w 1:object:Window 1>2:property:rows 2:object:Array ${elements.join(' ')}`);
    assert.equal(finding?.finding, 'detached elements');
    assert.equal(finding?.severity, 'high');
    assert.match(finding?.path ?? '', /rows\[0\]$/);
    assert.equal(finding?.parts?.[0]?.text, 'Detached <li>');
  });
});

describe('kinds over several heaps', () => {
  const now = `0>1:shortcut:w 1:object:Window 1>2:property:all 2:object:Array ${Array.from({ length: 400 }, (_, at) => `2>${at + 3}:element:${at} ${at + 3}:object:Session:2000`).join(' ')}`;
  const before = (...counts: number[]) =>
    counts.map((count, at) => ({ target: `${at}`, rows: [{ kind: 'Session', count, sizeBytes: 2000 * count }] }));
  const growing = (...counts: number[]): Finding | undefined =>
    found(now, before(...counts)).find(({ finding }) => /^(growing|filling) kind$/.test(finding));

  it('grow where they grew in every step', () => {
    const finding = growing(100, 200, 300);
    assert.equal(finding?.finding, 'growing kind');
    assert.equal(finding?.sizeBytes, 300 * 2000);
    assert.deepEqual(
      finding?.series?.map(({ count }) => count),
      [100, 200, 300, 400],
    );
    assert.equal(finding?.confidence, 'likely');
  });

  it('do not where one step went down', () => {
    assert.equal(growing(100, 350, 300), undefined);
  });

  it('fill where their steps get smaller, towards an end that is said', () => {
    const finding = growing(100, 280, 370);
    assert.equal(finding?.finding, 'filling kind');
    assert.equal(finding?.severity, 'low');
    assert.match(finding?.reason ?? '', /at about 415 objects/);
  });

  it('are only possible after one step', () => {
    assert.equal(growing(100)?.confidence, 'possible');
  });
});

describe('strings', () => {
  it('of one content count once; their contents are hidden, and told apart by a hash', () => {
    const text = 'secret '.repeat(20).trim();
    const copies = Array.from({ length: 300 }, (_, at) => `1>${at + 2}:element:${at} ${at + 2}:string:'${text}':4000`);
    const finding = found(`0>1:shortcut:w 1:object:Array ${copies.join(' ')}`).find(
      (each) => each.finding === 'duplicate strings',
    );
    assert.equal(finding?.sizeBytes, 299 * 4000);
    assert.equal(finding?.count, 299);
    assert.match(finding?.parts?.[0]?.text ?? '', /^300 copies of #[0-9a-f]{8}, 3\.9 KB each$/);
    assert.ok(!JSON.stringify(finding).includes('secret'));
  });
});
