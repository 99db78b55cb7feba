/** A client's frames of the WebSocket protocol (RFC 6455), for who has a socket and no WebSocket any more. */

/** A whole message of text; its mask is of zeros, which changes nothing. */
export function textFrame(text: string): Buffer {
  return frame(0x1, Buffer.from(text));
}

/** "Normal closure". */
export function closeFrame(): Buffer {
  return frame(0x8, Buffer.from([0x03, 0xe8]));
}

function frame(opcode: number, payload: Buffer): Buffer {
  const mask = Buffer.alloc(4);
  return Buffer.concat([Buffer.from([0x80 | opcode]), maskedLength(payload.length), mask, payload]);
}

function maskedLength(length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | length]);
  if (length > 0xffff) throw new RangeError(`Cannot frame a message: expected at most 65,535 bytes, got ${length}`);
  return Buffer.from([0x80 | 126, length >> 8, length & 0xff]);
}
