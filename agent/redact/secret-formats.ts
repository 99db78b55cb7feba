/**
 * What secrets look like: formats that their issuers publish, and text that nobody wrote by hand. Each expression is linear,
 * and is tried on the first `LOOKED_AT` units of a text.
 */

export interface SecretFormat {
  /** As an audit names it. */
  readonly name: string;
  readonly pattern: RegExp;
}

/** Units of a text that are looked at: V8 cuts the names in a snapshot at as many. */
const LOOKED_AT = 1_024;

/** The most telling first: a text is counted as the first that it matches. */
const SECRET_FORMATS: readonly SecretFormat[] = [
  { name: 'private key', pattern: /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----/ },
  { name: 'JSON web token', pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}/ },
  { name: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { name: 'GitHub token', pattern: /\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,})/ },
  { name: 'GitLab token', pattern: /\bglpat-[\w-]{20,}/ },
  { name: 'Slack token', pattern: /\bxox[abeoprs]-[\w-]{10,}/ },
  { name: 'Stripe key', pattern: /\b(?:sk|rk|pk|whsec)_(?:live_|test_)?\w{16,}/ },
  { name: 'Google API key', pattern: /\bAIza[\w-]{35}/ },
  { name: 'OpenAI or Anthropic key', pattern: /\bsk-[\w-]{20,}/ },
  { name: 'npm token', pattern: /\bnpm_\w{36}\b/ },
  { name: 'SendGrid key', pattern: /\bSG\.[\w-]{16,}/ },
  { name: 'URL with credentials', pattern: /\b[a-z][a-z\d+.-]{0,20}:\/\/[^\s/?#@:]{0,256}:[^\s/?#@]{1,256}@/i },
  {
    name: 'URL with a secret',
    pattern: /[?&#](?:access_?token|api_?key|auth|code|key|pass(?:word)?|secret|sig(?:nature)?|token)=[^&\s]/i,
  },
  { name: 'authorization header', pattern: /\b(?:Bearer|Basic) [\w.~+/=-]{8,}/ },
  { name: 'card number', pattern: /\b(?:4\d{3}|5[1-5]\d{2}|3[47]\d{2}|6011)[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,4}\b/ },
  { name: 'e-mail address', pattern: /\b[\w.%+-]{1,64}@[a-z\d-]{1,63}\.[a-z]{2,}/i },
  { name: 'UUID', pattern: /\b[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\b/i },
  { name: 'hexadecimal key', pattern: /\b[\da-f]{32,}\b/i },
];

/** Every format's name, and that of what no format has. */
export const SECRET_KINDS: readonly string[] = [...SECRET_FORMATS.map(({ name }) => name), 'random text'];

/** The format that a text, or a part of it, has; undefined for text that looks like nobody's secret. */
export function secretKind(text: string): string | undefined {
  const start = text.slice(0, LOOKED_AT);
  return (
    SECRET_FORMATS.find(({ pattern }) => pattern.test(start))?.name ?? (isRandom(start) ? 'random text' : undefined)
  );
}

/** A word of letters and digits as no program names its things. */
const WORD = /^[\w+/=.-]{16,512}$/;
/** Changes between letters and digits in a name, such as `utf8ToUtf16`: random text has more. */
const NAMES_CHANGES = 5;
/** Bits a unit: words of English have about 3.5 in this length, base64 has 4.5 and more. */
const RANDOM_BITS = 3.6;

/** Whether a text is one word of mixed letters and digits with the entropy of a random one. */
function isRandom(text: string): boolean {
  if (!WORD.test(text) || (text.includes('/') && text.includes('.'))) return false;
  const changes = text.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0;
  return changes >= NAMES_CHANGES && entropyOf(text) >= RANDOM_BITS;
}

/** Shannon's, in bits a unit. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const unit of text) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
