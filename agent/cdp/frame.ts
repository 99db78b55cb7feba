/** The guard before the protocol: which frames of a target are taken for messages. */

import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';

/**
 * A message of CDP: an answer, which carries an `id`, or an event, which carries a `method` such as `Runtime.consoleAPICalled`
 * and, if it is not the connection's own, the flattened session (a worker's) that it is of.
 */
export type Message =
  | { id: number; result?: object; error?: { code: number; message: string } }
  | { method: string; params: object; sessionId?: string };

/** What a frame is not; its message completes "it sent …". */
export class FrameError extends Error {
  override name = 'FrameError';
}

/**
 * Reads one text frame. Gives null for an object that is neither an answer nor an event, which later versions of the
 * protocol may well send. @throws FrameError for what is no JSON object, or an answer without a usable result.
 */
export function messageOf(text: string): Message | null {
  const frame = objectOf(text);
  if (Number.isInteger(frame.id)) return answerOf(frame);
  if (typeof frame.method !== 'string' || !/^[A-Z]\w*\.\w+$/.test(frame.method)) return null;
  const { sessionId } = frame;
  const params = isObject(frame.params) ? frame.params : {};
  return { method: frame.method, params, ...(typeof sessionId === 'string' && { sessionId }) };
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FrameError(`a frame that is not JSON (${excerpt(text)})`, { cause });
  }
  if (isObject(value)) return value;
  throw new FrameError(`a frame that is not a JSON object (${excerpt(text)})`);
}

function answerOf(frame: Record<string, unknown>): Message {
  const id = frame.id as number;
  const { result, error } = frame;
  if (isObject(error)) {
    const code = typeof error.code === 'number' ? error.code : 0;
    return { id, error: { code, message: outsideText(String(error.message), TEXT_LENGTHS.message) } };
  }
  if (result === undefined || isObject(result)) return { id, ...(result && { result }) };
  throw new FrameError(`an answer whose result is not an object (${excerpt(text(result))})`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** The head of what was sent, on one line and with control characters made visible. */
function excerpt(text: string): string {
  return outsideText(
    text.length > 40 ? `${JSON.stringify(text.slice(0, 40))}…` : JSON.stringify(text),
    TEXT_LENGTHS.message,
  );
}
