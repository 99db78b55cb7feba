/**
 * An inspector whose every snapshot is one file's bytes, sent as fast as the socket takes them: `node replay.js <file>`,
 * forked by fleet.ts. It tells its parent its port. So a snapshot can be watched without the pause of a real target.
 */
import { createReadStream } from 'node:fs';
import { type Peer, startFakeInspector } from '../../test/support/fake-inspector.ts';

/** Characters of a chunk as Node 20 sends it. */
const CHUNK_LENGTH = 102_400;

const [path] = process.argv.slice(2);
const inspector = await startFakeInspector({
  pid: process.pid,
  answers: { 'HeapProfiler.takeHeapSnapshot': (_params: object, peer: Peer) => replay(path, peer) },
});
process.send?.(inspector.port);
process.on('disconnect', () => process.exit());

async function replay(file: string, peer: Peer): Promise<object> {
  // a snapshot is plain ASCII: V8 escapes the rest
  const chunks: AsyncIterable<string> = createReadStream(file, { encoding: 'latin1', highWaterMark: CHUNK_LENGTH });
  for await (const chunk of chunks) await peer.event('HeapProfiler.addHeapSnapshotChunk', { chunk });
  return {};
}
