/** Frames of an inspector -> the bytes of the snapshot, equal to the file's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chunkDecoder } from '../../../agent/cdp/chunks.ts';
import { unescapeInPlace } from '../../../agent/cdp/unescape.ts';

const chunkFrame = (chunk: string) =>
  JSON.stringify({ method: 'HeapProfiler.addHeapSnapshotChunk', params: { chunk } });
const workerFrame = (sessionId: string, message: string) =>
  JSON.stringify({ method: 'NodeWorker.receivedMessageFromWorker', params: { sessionId, message } });
/** As V8 writes JSON: all that is not ASCII as `\u` escapes. */
const asciiOnly = (json: string) =>
  json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

/** What is in snapshots, and what is awkward: escapes within escapes, runs short and long, anything of Unicode. */
const piece = fc.oneof(
  fc.constantFrom(
    '{"snapshot":{"meta":',
    ',4,3646,9263,56,2,0,0\n',
    '"a\\"b\\\\",\n',
    '"\\u00e9\\ud83d\\ude00"',
    '\\',
    '"',
    '/',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 120 }),
);
/** A text as the chunks it is cut into: at any place but inside a code point. */
const chunks = fc.array(
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
  { maxLength: 6 },
);

function decoded(frames: string[], decode: (frame: Uint8Array) => Uint8Array | null): string {
  return Buffer.concat(
    frames.map((frame) => decode(bytesOf(frame)) ?? assert.fail(`not taken for a chunk: ${frame}`)),
  ).toString();
}

test('chunks of the main isolate are the bytes that were cut up', () => {
  fc.assert(
    fc.property(chunks, (texts) => {
      const decode = chunkDecoder();
      assert.equal(decoded(texts.map(chunkFrame), decode), texts.join(''));
      assert.equal(
        decoded(
          texts.map((text) => asciiOnly(chunkFrame(text))),
          decode,
        ),
        texts.join(''),
      );
    }),
  );
});

test('chunks of a worker, escaped twice, are the bytes that were cut up', () => {
  fc.assert(
    fc.property(chunks, fc.nat(), (texts, session) => {
      const wrap = (frame: string) => workerFrame(String(session), frame);
      const decode = chunkDecoder(String(session));
      assert.equal(
        decoded(
          texts.map((text) => wrap(chunkFrame(text))),
          decode,
        ),
        texts.join(''),
      );
      assert.equal(
        decoded(
          texts.map((text) => asciiOnly(wrap(asciiOnly(chunkFrame(text))))),
          decode,
        ),
        texts.join(''),
      );
    }),
  );
});

test('what JSON.parse makes of a string is what un-escaping makes of it, half pairs included', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.constantFrom('\ud83d', '\ude00', '\u0000'))), (pieces) => {
      const text = pieces.join('');
      const bytes = bytesOf(asciiOnly(JSON.stringify(text)));
      const end = unescapeInPlace(bytes, 1, bytes.length - 1);
      assert.deepEqual(Buffer.from(bytes.subarray(1, end)), Buffer.from(text));
    }),
  );
});

test('the view lies inside the frame, nothing is copied out of it', () => {
  const frame = bytesOf(chunkFrame('{"a":1}\n'));
  assert.equal(chunkDecoder()(frame)?.buffer, frame.buffer);
});

test('frames of any other kind are left untouched', () => {
  const others = [
    '{"id":3,"result":{}}',
    '',
    '{"method":"HeapProfiler.reportHeapSnapshotProgress","params":{"done":0,"total":35620}}',
    '{"method": "HeapProfiler.addHeapSnapshotChunk", "params": {"chunk": "1,\\n"}}',
    '{"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":"1,\\n"},"sessionId":"1"}',
    '{"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":"}}',
    workerFrame('2', chunkFrame('1')),
  ];
  for (const decode of [chunkDecoder(), chunkDecoder('1')]) {
    for (const other of others) {
      const frame = bytesOf(other);
      assert.equal(decode(frame), null);
      assert.deepEqual(frame, bytesOf(other));
    }
  }
});

test('an escape that is not JSON is told, with what stood there', () => {
  const cases = { '\\x41': '\\\\x41', '\\': '\\\\', '\\u12g4': '\\\\u12g4', '\\u12': '\\\\u12' };
  for (const [text, got] of Object.entries(cases)) {
    const bytes = bytesOf(`ok ${text}`);
    assert.throws(() => unescapeInPlace(bytes, 0, bytes.length), {
      name: 'SyntaxError',
      message: `expected a JSON escape, got "${got}"`,
    });
  }
});
