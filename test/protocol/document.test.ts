import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import * as alerts from '../../protocol/alert.ts';
import * as audits from '../../protocol/audit.ts';
import * as ceilings from '../../protocol/ceiling.ts';
import { closeCodes } from '../../protocol/close-codes.ts';
import { decodeClientFrame, decodeServerFrame } from '../../protocol/codec.ts';
import * as deaths from '../../protocol/death.ts';
import * as events from '../../protocol/events.ts';
import * as questions from '../../protocol/explore.ts';
import * as frames from '../../protocol/frames.ts';
import * as happenings from '../../protocol/happenings.ts';
import * as histories from '../../protocol/history.ts';
import * as incarnations from '../../protocol/incarnation-fields.ts';
import { limits } from '../../protocol/limits.ts';
import * as memories from '../../protocol/memory.ts';
import * as operations from '../../protocol/operations.ts';
import * as shapes from '../../protocol/partition.ts';
import * as lists from '../../protocol/partitions.ts';
import * as prices from '../../protocol/prices.ts';
import { methods, readCall, readResult } from '../../protocol/requests.ts';
import * as snapshots from '../../protocol/snapshots.ts';
import { blocks, declaredTypes, document, sections, tableRows } from '../support/protocol-document.ts';
import { typeText } from '../support/schema-text.ts';

const types = declaredTypes();
const modules = {
  ...alerts,
  ...audits,
  ...ceilings,
  ...shapes,
  ...deaths,
  ...events,
  ...happenings,
  ...histories,
  ...incarnations,
  ...lists,
  ...memories,
  ...operations,
  ...prices,
  ...snapshots,
  ...questions,
  ...frames,
};
const schemas = modules as unknown as Readonly<Record<string, z.ZodType | undefined>>;

/** The text under a heading. */
function section(heading: string): string {
  const found = sections().filter((each) => each.heading === heading);
  assert.equal(found.length, 1, `sections "${heading}"`);
  return found[0]!.text;
}

/** The names in code type in the first column of a table, or the column of that index. */
function names(rows: string[][], column = 0): string[] {
  return rows.map((cells) => cells[column]!.replaceAll('`', ''));
}

test('every frame has a section with its direction and its fields', () => {
  for (const [direction, bySide] of [
    ['client → server', frames.clientFrames],
    ['server → client', frames.serverFrames],
  ] as const) {
    for (const [type, schema] of Object.entries(bySide)) {
      const text = section(`\`${type}\``);
      assert.ok(text.includes(`Direction: **${direction}**`), type);
      assert.ok(
        [...types.values()].includes(typeText(schema)),
        `${type}: no type in the document is ${typeText(schema)}`,
      );
    }
  }
});

test('there is no section of a frame that does not exist', () => {
  const known = [...Object.keys(frames.clientFrames), ...Object.keys(frames.serverFrames)];
  const described = sections().flatMap(({ heading }) => /^`([\w-]+)`$/.exec(heading)?.[1] ?? []);
  assert.deepEqual(described, known);
});

test('every type in the document is the one in the code, field by field', () => {
  const ofMethods = new Map<string, z.ZodType>();
  for (const [method, { params, result }] of Object.entries(methods)) {
    const name = method[0]!.toUpperCase() + method.slice(1);
    ofMethods.set(`${name}Params`, params).set(`${name}Result`, result);
  }
  for (const [name, text] of types) {
    // both are parts of Response, compared with it
    if (name === 'Answer' || name === 'Refusal') continue;
    const schema = ofMethods.get(name) ?? schemas[name];
    assert.ok(schema, `${name} is not in the code`);
    assert.equal(text, typeText(schema), name);
    ofMethods.delete(name);
  }
  assert.deepEqual([...ofMethods.keys()], [], 'types that the document lacks');
});

test('every example can be read, and is of the frame that it stands under', () => {
  for (const [decode, bySide] of [
    [decodeClientFrame, frames.clientFrames],
    [decodeServerFrame, frames.serverFrames],
  ] as const) {
    for (const type of Object.keys(bySide)) {
      const examples = blocks(section(`\`${type}\``), 'json');
      assert.ok(examples.length > 0, `${type} has no example`);
      for (const example of examples) assert.equal(decode(example).type, type);
    }
  }
});

test("the examples of a request and its response are the method's", () => {
  const request = decodeClientFrame(blocks(section('`request`'), 'json')[0]!);
  assert.equal(request.type === 'request' && readCall(request).method, 'probe');
  const response = decodeServerFrame(blocks(section('`response`'), 'json')[0]!);
  assert.ok(response.type === 'response' && 'result' in response && readResult('probe', response.result));
});

test('the example of a partition sums up', () => {
  const { count, sizeBytes, rows, other } = shapes.Partition.omit({})
    .strip()
    .parse(JSON.parse(blocks(section('`partition`'), 'json')[0]!));
  const all = [...rows, other!];
  assert.equal(
    all.reduce((sum, row) => sum + row.count, 0),
    count,
  );
  assert.equal(
    all.reduce((sum, row) => sum + row.sizeBytes, 0),
    sizeBytes,
  );
});

test('the close codes are those of the code', () => {
  const rows = tableRows(section('Close codes'));
  assert.deepEqual(
    Object.fromEntries(rows.map(([code, name]) => [name!.replaceAll('`', ''), Number(code)])),
    closeCodes,
  );
  const known = new Set<number>(Object.values(closeCodes));
  for (const [code] of document.matchAll(/\b4[34]\d\d\b(?!\d)/g)) assert.ok(known.has(Number(code)), code);
});

test('the limits are those of the code, also where they are told in words', () => {
  const rows = tableRows(section('Limits')).map(([name, value]) => [
    name!.replaceAll('`', ''),
    Number(value!.replaceAll(',', '')),
  ]);
  assert.deepEqual(Object.fromEntries(rows), limits);
  const told = (unit: string) =>
    [...document.matchAll(new RegExp(`([\\d,]+)\\s+${unit}\\b`, 'g'))].map((match) => match[1]);
  const seconds = [limits.helloTimeoutMs, limits.pingIntervalMs, limits.stalledMs].map((ms) => String(ms / 1000));
  assert.deepEqual(new Set(told('seconds')), new Set(seconds));
  const bytes = [limits.maxFrameBytes, limits.maxBufferedBytes].map((count) => count.toLocaleString('en'));
  assert.deepEqual(new Set(told('bytes')), new Set(bytes));
});

test('the error codes and the methods are those of the code', () => {
  assert.deepEqual(names(tableRows(section('`response`'))), frames.ErrorCode.options);
  const described = sections().flatMap(({ heading }) => /^Method `(\w+)`$/.exec(heading)?.[1] ?? []);
  assert.deepEqual(described, Object.keys(methods));
});

test('the role that may call a method is that of the code', () => {
  for (const [method, { role }] of Object.entries(methods)) {
    assert.ok(section(`Method \`${method}\``).includes(`Role: **${role}**`), method);
  }
});

test('path and subprotocol are those of the code', () => {
  assert.ok(document.includes(`at \`${frames.STREAM_PATH}\``));
  assert.ok(document.includes(`subprotocol is \`${frames.SUBPROTOCOL}\``));
});

test('every frame of a dialogue can be read, and is answered as the document says', () => {
  const dialogues = blocks(document, 'dialogue');
  assert.ok(dialogues.length >= 5);
  for (const dialogue of dialogues) {
    const lines = dialogue.trimEnd().split('\n');
    const opened = new Set<string>();
    for (const line of lines) {
      const [, side, what = ''] = /^([CS]) (.*)$/.exec(line) ?? [];
      const code = /^close (\d+)$/.exec(what)?.[1];
      if (code !== undefined) {
        assert.equal(line, lines.at(-1), 'nothing follows a close');
        assert.ok(Object.values(closeCodes).some((known) => known === Number(code)));
      } else if (side === 'C') {
        const frame = decodeClientFrame(what);
        if (frame.type === 'subscribe' || frame.type === 'request') opened.add(`${frame.type} ${frame.id}`);
        if (frame.type === 'request') readCall(frame);
      } else {
        const frame = decodeServerFrame(what);
        if (frame.type === 'subscribed') assert.ok(opened.has(`subscribe ${frame.id}`), what);
        if (frame.type === 'response') assert.ok(opened.delete(`request ${frame.id}`), what);
      }
    }
    if (lines[0]!.startsWith('C')) assert.match(lines[0]!, /"type":"hello"/);
  }
});

test('links inside the document lead somewhere', () => {
  const anchors = sections().map(({ heading }) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor] of document.matchAll(/\]\(#([\w-]+)\)/g)) assert.ok(anchors.includes(anchor!), anchor);
});
