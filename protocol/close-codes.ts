/** Why a socket of the stream was closed: the codes of PROTOCOL.md. */

export const closeCodes = {
  goingAway: 1001,
  tooLarge: 1009,
  badFrame: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  helloTimeout: 4408,
  tooSlow: 4413,
  tooMany: 4429,
} as const;
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** Bytes that RFC 6455 leaves for the reason in a close frame. */
const MAX_REASON_BYTES = 123;

/** `message` cut, between characters, to what a close frame can carry; a cut one ends in `…`. */
export function closeReason(message: string): string {
  if (utf8Bytes(message) <= MAX_REASON_BYTES) return message;
  const characters = [...message];
  while (utf8Bytes(`${characters.join('')}…`) > MAX_REASON_BYTES) characters.pop();
  return `${characters.join('')}…`;
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
