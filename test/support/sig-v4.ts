/**
 * Holds a request against Amazon's Signature Version 4, as a server of S3 does: by its headers, or by its query where that is signed.
 * Written from Amazon's text alone, and held against the examples that it publishes (egress.test.ts).
 */
import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  readonly payload: string;
}

/** Why a request is not signed by `secret`; undefined where it is. */
export function signatureFault(request: SignedRequest, secret: string): string | undefined {
  const claim = claimOf(request);
  if (!claim) return 'AccessDenied';
  const [, day = '', region = '', service = ''] = claim.credential.split('/');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', claim.date, scope, sha256(canonical(request, claim))].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex') === claim.signature ? undefined : 'SignatureDoesNotMatch';
}

function claimOf({ url, headers }: SignedRequest): Claim | undefined {
  const query = new URLSearchParams(url.split('?', 2)[1] ?? '');
  const signature = query.get('X-Amz-Signature');
  if (signature !== null) {
    const given = (name: string) => query.get(`X-Amz-${name}`) ?? '';
    return {
      signature,
      credential: given('Credential'),
      signedHeaders: given('SignedHeaders'),
      date: given('Date'),
      payload: 'UNSIGNED-PAYLOAD',
    };
  }
  const found =
    /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,]+), ?SignedHeaders=(?<signedHeaders>[^,]+), ?Signature=(?<signature>\w+)$/.exec(
      String(headers.authorization ?? ''),
    )?.groups;
  if (!found) return undefined;
  const [date, payload] = [headers['x-amz-date'], headers['x-amz-content-sha256']].map(String);
  return { ...(found as Pick<Claim, 'credential' | 'signedHeaders' | 'signature'>), date: date!, payload: payload! };
}

function canonical({ method, url, headers }: SignedRequest, { signedHeaders, payload }: Claim): string {
  const [path = '/', query = ''] = url.split('?', 2);
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => pair.split('=', 2).map((part) => encoded(decodeURIComponent(part.replaceAll('+', ' ')))))
    .map(([name, value = '']) => `${name}=${value}`)
    .sort();
  const lines = signedHeaders.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  return [method, path, pairs.join('&'), lines.join(''), signedHeaders, payload].join('\n');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
