/** Text to frame and back. What comes in is checked on either side; what goes out is the sender's own and is not. */
import type * as z from 'zod';
import { type CloseCode, closeCodes } from './close-codes.ts';
import { check, shown } from './explain.ts';
import { type ClientFrame, clientFrames, type ServerFrame, serverFrames } from './frames.ts';

/** A frame that cannot be read or must not come now; the receiver closes the socket with `closeCode`. */
export class FrameError extends Error {
  override name = 'FrameError';
  readonly closeCode: CloseCode;

  constructor(message: string, closeCode: CloseCode = closeCodes.badFrame) {
    super(message);
    this.closeCode = closeCode;
  }
}

/** The frame in `text`, for servers. @throws FrameError */
export function decodeClientFrame(text: string): ClientFrame {
  return decode<ClientFrame>(text, clientFrames);
}

/** The frame in `text`, for clients. @throws FrameError */
export function decodeServerFrame(text: string): ServerFrame {
  return decode<ServerFrame>(text, serverFrames);
}

/** `frame` as text. An event is encoded once, however many clients it goes to. */
export function encode(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame);
}

function decode<T>(text: string, schemas: Readonly<Record<string, z.ZodType<T>>>): T {
  const value = parse(text);
  const { type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(schemas, type)) {
    throw new FrameError(
      `Cannot read frame: expected "type" to be one of ${Object.keys(schemas).join(', ')}, got ${shown(type)}`,
    );
  }
  return check(schemas[type]!, value, (why) => new FrameError(`Cannot read "${type}" frame: ${why}`));
}

function parse(text: string): { readonly type?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // neither the text nor the parser's own message, which quotes it, is shown: it may be a hello with a token
    throw new FrameError(`Cannot read frame: expected JSON, got ${text.length} characters that are not`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameError(`Cannot read frame: expected a JSON object, got ${shown(value)}`);
  }
  return value;
}
