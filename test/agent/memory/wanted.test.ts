/** Of a plan the part that is wanted: regions and runs in the same order, one behind the other, nothing twice. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { headersOf } from '../../../agent/memory/headers.ts';
import { PAGE_BYTES, type Plan, planOf, V8_PAGE_BYTES } from '../../../agent/memory/regions.ts';
import { onlyWanted } from '../../../agent/memory/wanted.ts';

const BASE = 0x10000000;
const [P, V] = [PAGE_BYTES, V8_PAGE_BYTES];

/** Four of V8's pages in one mapping, and one in another; the second lacks its second system page. */
function plan(): Plan {
  const mapping = (startAddress: number, bytes: number, heldBytes: number) => ({
    startAddress,
    endAddress: startAddress + bytes,
    executable: false,
    heldBytes,
  });
  const mappings = [mapping(BASE, 4 * V, 4 * V - P), mapping(BASE + 8 * V, V, V)];
  return planOf(mappings, (start, end) => {
    const held = new Uint8Array((end - start) / P).fill(1);
    held[V / P + 1] = 0;
    return held;
  });
}

it('keeps the spans, whole where they touch, without the holes in them', () => {
  const { regions, held } = onlyWanted(plan(), [
    [BASE + V, BASE + 2 * V],
    [BASE + 2 * V, BASE + 3 * V - P],
    [BASE + 8 * V, BASE + 9 * V],
  ]);
  const second = 2 * V - P;
  assert.deepEqual(regions, [
    { startAddress: BASE + V, byteLength: second, byteOffset: 0, executable: false },
    { startAddress: BASE + 8 * V, byteLength: V, byteOffset: second, executable: false },
  ]);
  assert.deepEqual(held, [
    { startAddress: BASE + V, byteLength: P, byteOffset: 0 },
    { startAddress: BASE + V + 2 * P, byteLength: second - 2 * P, byteOffset: 2 * P },
    { startAddress: BASE + 8 * V, byteLength: V, byteOffset: second },
  ]);
});

it('is the plan where all is wanted, and empty where nothing is', () => {
  const all = plan();
  const whole = [[BASE, BASE + 20 * V]] as const;
  assert.deepEqual(onlyWanted(all, whole), all);
  assert.deepEqual(onlyWanted(all, []), { regions: [], held: [] });
  assert.deepEqual(onlyWanted(all, [[BASE + 5 * V, BASE + 6 * V]]), { regions: [], held: [] });
});

it('shows the first bytes of each page that can be read', () => {
  const read = (bytes: Uint8Array, address: number) => {
    bytes.fill((address - BASE) / V);
    return address !== BASE + 2 * V;
  };
  const { buffer, regions } = headersOf(plan(), read, () => undefined);
  assert.deepEqual(
    regions.map(({ startAddress }) => (startAddress - BASE) / V),
    [0, 1, 3, 8],
  );
  for (const { startAddress, byteOffset, byteLength } of regions) {
    assert.equal(byteLength, 512);
    assert.ok(new Uint8Array(buffer, byteOffset, byteLength).every((byte) => byte === (startAddress - BASE) / V));
  }
});
