/** What tells one alert from every other, whatever sends it and however often: of its labels, as Prometheus does (FNV-1a, 64 bits). */

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const SEPARATOR = '\xff';

/** 16 hexadecimal digits. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  const text = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}${SEPARATOR}${value}${SEPARATOR}`)
    .join('');
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, '0');
}
