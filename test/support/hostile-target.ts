/** A target that means harm, in a process of its own: `hostile-target MODE` prints its port and goes on for ever. */
import { type FakeAnswer, HOLD, type Peer, startFakeInspector } from './fake-inspector.ts';

const isOpen = ({ socket }: Peer) => socket.readyState === socket.OPEN;
const site = (functionName: string, url: string, children: object[] = []) => ({
  id: 2,
  callFrame: { functionName, scriptId: '1', url, lineNumber: 1, columnNumber: 1 },
  selfSize: 5_000,
  children,
});
const profile = (head: object) => ({ profile: { head, samples: [{ size: 524_288, nodeId: 2, ordinal: 1 }] } });
const sampling = (head: object): Record<string, FakeAnswer> => ({
  'HeapProfiler.startSampling': {},
  'HeapProfiler.stopSampling': profile(head),
  'HeapProfiler.getSamplingProfile': profile(head),
});
const trace = (events: number) =>
  `{"method":"NodeTracing.dataCollected","params":{"value":[${Array(events).fill('{"name":"","ph":"","tid":1,"ts":1}').join(',')}]}}`;
const tracing = (stop: (peer: Peer) => Promise<unknown>): Record<string, FakeAnswer> => ({
  ...sampling(site('f', 'file:///x.js')),
  'NodeTracing.start': {},
  'NodeTracing.stop': (_params, peer) => stop(peer),
});
const snapshot = (send: (peer: Peer) => Promise<unknown>): Record<string, FakeAnswer> => ({
  ...sampling(site('f', 'file:///x.js')),
  'HeapProfiler.takeHeapSnapshot': (_params, peer) => send(peer),
});
const chunk = (peer: Peer, text: string) => peer.event('HeapProfiler.addHeapSnapshotChunk', { chunk: text });

/** What each does, of what a collector asks by itself or is asked for. */
export const MODES = {
  /** More events in one frame than a call has arguments. */
  trace: { answers: tracing(async (peer) => void (await peer.raw(trace(800_000)))) },
  /** Frames of a trace without an end. */
  endlessTrace: {
    answers: tracing(async (peer) => {
      const frame = trace(100_000);
      while (isOpen(peer)) await peer.raw(frame);
      return HOLD;
    }),
  },
  /** A script whose name is its text. */
  longNames: { answers: sampling(site('f'.repeat(100_000), `data:text/javascript,${'a'.repeat(2_000_000)}`)) },
  /** Functions that call one another a hundred thousand deep. */
  deepProfile: {
    answers: {
      ...sampling(site('f', 'file:///x.js')),
      'HeapProfiler.getSamplingProfile': async (_params: object, peer: Peer) => {
        const depth = 100_000;
        const open =
          '{"id":1,"selfSize":1,"callFrame":{"functionName":"f","scriptId":"1","url":"u","lineNumber":1,"columnNumber":1},"children":[';
        await peer.raw(`{"id":3,"result":{"profile":{"samples":[],"head":${open.repeat(depth)}${']}'.repeat(depth)}}}`);
        return HOLD;
      },
    },
  },
  /** A snapshot without an end. */
  endlessSnapshot: {
    answers: snapshot(async (peer) => {
      await chunk(peer, '{"snapshot":{"meta":');
      while (isOpen(peer)) await chunk(peer, 'x'.repeat(100_000));
      return HOLD;
    }),
  },
  /** A snapshot that stops in the middle. */
  stalledSnapshot: {
    answers: snapshot(async (peer) => {
      await chunk(peer, '{"snapshot":{"meta":');
      return HOLD;
    }),
  },
  /** Events that nobody asked for. */
  flood: {
    answers: {},
    onConnect: (peer: Peer) => {
      const frame = `{"method":"Runtime.consoleAPICalled","params":{"args":["${'x'.repeat(500_000)}"]}}`;
      void (async () => {
        while (isOpen(peer)) await peer.raw(frame);
      })();
    },
  },
  /** Lets everybody in, and sends them off. */
  reconnect: {
    answers: {},
    onConnect: (peer: Peer) => void setTimeout(() => peer.socket.terminate(), 200),
  },
} as const;
export type Mode = keyof typeof MODES;

if (process.argv[2] !== undefined && process.argv[2] in MODES) {
  const fake = await startFakeInspector(MODES[process.argv[2] as Mode] as Parameters<typeof startFakeInspector>[0]);
  process.stdout.write(`${fake.port}\n`);
  process.on('disconnect', () => process.exit());
}
