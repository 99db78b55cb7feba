import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Mapping, v8Mappings } from '../../../agent/memory/mappings.ts';
import { PAGE_BYTES, planOf, runs } from '../../../agent/memory/regions.ts';

/** `..##.#`: one letter a page, # for one that is held. */
function held(picture: string): Uint8Array {
  return Uint8Array.from(picture, (letter) => (letter === '#' ? 1 : 0));
}

const MAPPING = (
  range: string,
  rights: string,
  rss: number,
  flags: string,
  swap = 0,
) => `${range} ${rights} 00000000 00:00 0 
Size:                256 kB
Rss:                 ${rss} kB
Swap:                ${swap} kB
VmFlags: rd wr mr mw me ${flags} sd 
`;

describe('the mappings of V8', () => {
  it('are the readable ones marked dc, with what is in memory or in swap', () => {
    const text = [
      MAPPING('00400000-00410000', 'r-xp', 64, ''),
      MAPPING('1000000000-1000040000', 'rw-p', 200, 'dc', 8),
      MAPPING('1000040000-1000080000', '---p', 0, 'dc'),
      MAPPING('1000080000-10000c0000', 'r-xp', 4, 'dc'),
      MAPPING('7f0000000000-7f0000040000', 'rw-p', 256, 'ac'),
    ].join('');
    assert.deepEqual(v8Mappings(text), [
      { startAddress: 0x1000000000, endAddress: 0x1000040000, executable: false, heldBytes: 208 * 1024 },
      { startAddress: 0x1000080000, endAddress: 0x10000c0000, executable: true, heldBytes: 4 * 1024 },
    ]);
    assert.deepEqual(v8Mappings(''), []);
  });
});

describe('what is copied', () => {
  const mapping = (pages: number, heldPages: number, startAddress = 0x10000000): Mapping => ({
    startAddress,
    endAddress: startAddress + pages * PAGE_BYTES,
    executable: false,
    heldBytes: heldPages * PAGE_BYTES,
  });

  it('is the runs of held pages', () => {
    assert.deepEqual(runs(held('..##.#')), [
      { first: 2, end: 4 },
      { first: 5, end: 6 },
    ]);
    assert.deepEqual(runs(held('....')), []);
    assert.deepEqual(runs(held('##')), [{ first: 0, end: 2 }]);
  });

  it('leaves holes of less than 256 KB in their region, zero and not read', () => {
    const { regions, held: read } = planOf([mapping(6, 3)], () => held('..##.#'));
    const first = 0x10000000 + 2 * PAGE_BYTES;
    assert.deepEqual(regions, [{ startAddress: first, byteLength: 4 * PAGE_BYTES, byteOffset: 0, executable: false }]);
    assert.deepEqual(read, [
      { startAddress: first, byteLength: 2 * PAGE_BYTES, byteOffset: 0 },
      { startAddress: first + 3 * PAGE_BYTES, byteLength: PAGE_BYTES, byteOffset: 3 * PAGE_BYTES },
    ]);
  });

  it('splits a mapping where 256 KB and more are not held, and asks for no page of one that is whole or empty', () => {
    const picture = `#${'.'.repeat(64)}#${'.'.repeat(63)}#`;
    const plan = planOf([mapping(130, 3), mapping(2, 2, 0x20000000), mapping(9, 0, 0x30000000)], (start) => {
      assert.equal(start, 0x10000000);
      return held(picture);
    });
    assert.deepEqual(
      plan.regions.map(({ startAddress, byteLength, byteOffset }) => [
        startAddress,
        byteLength / PAGE_BYTES,
        byteOffset / PAGE_BYTES,
      ]),
      [
        [0x10000000, 1, 0],
        [0x10000000 + 65 * PAGE_BYTES, 65, 1],
        [0x20000000, 2, 66],
      ],
    );
    assert.equal(plan.held.length, 4);
  });
});
