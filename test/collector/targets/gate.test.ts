import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Gate } from '../../../collector/targets/gate.ts';

describe('gate', () => {
  it('lets one in at a time, in the order in which they came', () => {
    const gate = new Gate();
    const called: string[] = [];
    const enter = (name: string) => gate.enter(() => called.push(name));
    const [one, two, three] = [enter('one'), enter('two'), enter('three')];
    assert.deepEqual([one.granted, two.granted, three.granted], [true, false, false]);
    one.release();
    assert.deepEqual([two.granted, three.granted, called], [true, false, ['two']]);
    two.release();
    three.release();
    assert.deepEqual(called, ['two', 'three']);
    assert.equal(enter('four').granted, true);
  });

  it('lets those who leave the line go without a turn, however often they say so', () => {
    const gate = new Gate();
    const called: string[] = [];
    const one = gate.enter(() => called.push('one'));
    const two = gate.enter(() => called.push('two'));
    const three = gate.enter(() => called.push('three'));
    two.release();
    two.release();
    assert.deepEqual([one.granted, three.granted], [true, false]);
    one.release();
    one.release();
    assert.deepEqual([three.granted, called], [true, ['three']]);
  });
});
