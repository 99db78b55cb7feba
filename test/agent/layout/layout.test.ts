/** What is read from an executable, and every executable that is refused: in one line that says why. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Layout, layoutOf } from '../../../agent/layout/layout.ts';
import { LayoutRefusal } from '../../../agent/layout/refusal.ts';
import type { Executable } from '../../../agent/memory/image.ts';
import { executableFile } from '../../support/memory-image.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';

const V8_OF_NODE = { 18: '10.2', 20: '11.3', 22: '12.4', 24: '13.6', 26: '14.6' };
const SYMTAB = 2;
const DYNSYM = 11;

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: the layout follows from the executable, and without its symbols from the table of that version`, async () => {
    const executable = executableFile(await nodeBinary(major));
    const layout = layoutOf(executable);
    assert.ok(layout.v8.startsWith(V8_OF_NODE[major]), layout.v8);
    const stripped = layoutOf(withoutSymbols(executable));
    assert.equal(stripped.v8, layout.v8);
    assert.deepEqual(stripped.map, layout.map);
    assert.deepEqual(sorted(stripped), sorted(layout));
    assert.deepEqual(stripped.sizes, layout.sizes);
  });
}

test('what is not known is refused', async () => {
  const executable = executableFile(await nodeBinary(20));
  refused({ ...executable, machine: 183 }, /not for x86-64 \(ELF machine 183\)/);
  refused(saying(executable, '9.4.146.26-node.26'), /V8 9\.4\.146\.26 .* is not known \(known are 10\.2, .*14\.6\)/);
  refused(
    saying(executable, '11.3.244.9-node.39'),
    /no v8dbg_\* constants, and of V8 11\.3 only those of 11\.3\.244\.8 are known/,
  );
  refused(saying(executable, 'nothing'), /names no version of V8/);
  refused(withConstant(executable, 'v8dbg_TaggedSize', 4), /compresses its pointers/);
  refused(
    withConstant(executable, 'v8dbg_type_JSFunction__JS_FUNCTION_TYPE', 7),
    /JS_FUNCTION_TYPE is 7 in this executable and \d+ in other builds of V8 11\.3/,
  );
});

function refused(executable: Executable, message: RegExp): void {
  assert.throws(
    () => layoutOf(executable),
    (error) => error instanceof LayoutRefusal && message.test(error.message) && !error.message.includes('\n'),
  );
}

function sorted({ typeOf }: Layout): [string, number][] {
  return [...typeOf].sort(([one], [other]) => (one < other ? -1 : 1));
}

function withoutSymbols(executable: Executable): Executable {
  return {
    ...executable,
    sections: executable.sections.map((each) => (isTable(each.type) ? { ...each, type: 1 } : each)),
  };
}

/** Without symbols, and with other read-only data: that text. */
function saying(executable: Executable, text: string): Executable {
  const stripped = withoutSymbols(executable);
  const rodata = stripped.sections.findIndex(({ name }) => name === '.rodata');
  const bytes = Buffer.from(` \0${text}\0 `);
  return {
    ...stripped,
    sections: stripped.sections.map((each, at) => (at === rodata ? { ...each, byteLength: bytes.byteLength } : each)),
    eachPiece: (index, visit) => (index === rodata ? visit(bytes, 0) : executable.eachPiece(index, visit)),
  };
}

/** One constant with another value, wherever it lies. */
function withConstant(executable: Executable, name: string, value: number): Executable {
  let address = -1;
  for (const [index, { type, link }] of executable.sections.entries()) {
    if (!isTable(type)) continue;
    const [bytes, names] = [whole(executable, index), whole(executable, link)];
    for (let at = 0; at + 24 <= bytes.length && address < 0; at += 24) {
      const start = bytes.readUInt32LE(at);
      if (names.toString('latin1', start, start + name.length + 1) === `${name}\0`)
        address = Number(bytes.readBigUInt64LE(at + 8));
    }
  }
  assert.ok(address > 0, name);
  const changed = new Uint8Array(Int32Array.of(value).buffer);
  return { ...executable, at: (at, byteLength) => (at === address ? changed : executable.at(at, byteLength)) };
}

function whole(executable: Executable, index: number): Buffer {
  const pieces: Buffer[] = [];
  executable.eachPiece(index, (piece) => pieces.push(Buffer.from(piece)));
  return Buffer.concat(pieces);
}

function isTable(type: number): boolean {
  return type === SYMTAB || type === DYNSYM;
}
