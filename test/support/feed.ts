/** Ways to hand a text to a push parser. */
import type { SnapshotSink } from '../../agent/parse/sink.ts';

/** All of it at once. */
export function feed<T>(sink: SnapshotSink<T>, text: string | Uint8Array): T {
  sink.write(bytesOf(text));
  return sink.end();
}

/**
 * In pieces of the lengths given, over and over. Each piece is alone in a buffer that is overwritten after `write`,
 * so that a parser which keeps a view of it, or reads beyond it, is found out.
 */
export function feedInPieces<T>(sink: SnapshotSink<T>, text: string | Uint8Array, lengths: readonly number[]): T {
  const bytes = bytesOf(text);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = bytes.slice(at, at + lengths[i % lengths.length]!);
    sink.write(piece);
    at += piece.length;
    piece.fill(0x39);
  }
  return sink.end();
}

export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}
