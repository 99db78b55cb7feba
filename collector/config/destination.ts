/**
 * Where snapshots are to be sent, as a configuration or a command line writes it:
 *
 *     s3://bucket/prefix      https://files.example/heaps      https://x.example/c/{name}      /mnt/heaps
 */
export type Destination =
  | { readonly type: 's3'; readonly bucket: string; readonly prefix: string }
  | { readonly type: 'put'; readonly url: string }
  | { readonly type: 'folder'; readonly dir: string };

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws SyntaxError for what is none */
export function parseDestination(text: string): Destination {
  if (text.startsWith('s3://')) return parseBucket(text);
  if (/^https?:\/\//.test(text)) {
    if (URL.canParse(text)) return { type: 'put', url: text };
    throw new SyntaxError(`expected an address such as https://files.example/heaps, got "${text}"`);
  }
  if (/^\w+:\/\//.test(text) || text === '') {
    throw new SyntaxError(`expected s3://bucket/prefix, https://… or a folder, got "${text}"`);
  }
  return { type: 'folder', dir: text };
}

function parseBucket(text: string): Destination {
  const [bucket = '', ...rest] = text.slice('s3://'.length).split('/');
  if (!BUCKET.test(bucket)) throw new SyntaxError(`expected a bucket such as s3://heaps/prod, got "${text}"`);
  return { type: 's3', bucket, prefix: rest.join('/').replace(/\/+$/, '') };
}
