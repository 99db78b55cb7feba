/** Texts and symbols of a long part of a file are found wherever pieces are cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElfError } from '../../../agent/base/elf.ts';
import { eachPiece, symbolsAt, TextSearch } from '../../../agent/base/pieces.ts';

const LENGTH = 1_000_000;
const reading = (bytes: Uint8Array) => (position: number, byteLength: number, into?: Uint8Array) => {
  const part = bytes.subarray(position, position + byteLength);
  into!.set(part);
  return into!.subarray(0, part.byteLength);
};

test('texts are found at every place, those that a cut goes through too', () => {
  const bytes = Buffer.alloc(LENGTH);
  const expected = new Map<number, string>();
  for (let at = 3; at + 20 < LENGTH; at += 101) {
    bytes.write(`own_${at}`, at, 'latin1');
    expected.set(at, `own_${at}`);
  }
  const search = new TextSearch(['own_']);
  eachPiece(reading(bytes), 0, LENGTH, 'it', search.visit);
  assert.deepEqual(new Map([...search.found].sort(([one], [other]) => one - other)), expected);
});

test('symbols are found by the places of their names', () => {
  const symbols = Buffer.alloc(24 * 40_000);
  for (let i = 0; i < 40_000; i++) {
    symbols.writeUInt32LE(i, 24 * i);
    symbols.writeBigUInt64LE(BigInt(1_000_000 + i), 24 * i + 8);
  }
  const names = new Map(Array.from({ length: 400 }, (_, i) => [99 * i, `name ${i}`]));
  const found = new Map<string, number>();
  eachPiece(
    reading(symbols),
    0,
    symbols.byteLength,
    'it',
    symbolsAt(names, (name, address) => found.set(name, address)),
  );
  assert.deepEqual(found, new Map(Array.from({ length: 400 }, (_, i) => [`name ${i}`, 1_000_000 + 99 * i])));
});

test('a part that ends before it should is an error', () => {
  assert.throws(() => eachPiece(reading(Buffer.alloc(10)), 0, 11, 'its names', () => {}), ElfError);
});
