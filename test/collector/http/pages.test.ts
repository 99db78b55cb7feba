/** The dashboard's files as the collector sends them. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startTestCollector } from '../../support/collector.ts';

const FIRST_VIEW_BYTES = 150_000;

describe('the dashboard', async () => {
  const collector = await startTestCollector([]);
  after(() => collector[Symbol.asyncDispose]());
  const { url } = collector;
  const base = url.replace(/^ws:(.*)\/v1\/stream$/, 'http:$1');

  it('is a page with a policy that lets nothing in from elsewhere', async () => {
    const response = await fetch(`${base}/?from=a-link`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-cache');
    const policy = response.headers.get('content-security-policy')!;
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    const page = await response.text();
    assert.doesNotMatch(page, /<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
    assert.doesNotMatch(page, /(?:src|href)="(?!\/ui\/)/);
  });

  it('sends each file that its page names for ever, zipped where that is asked for', async () => {
    const page = await (await fetch(`${base}/`)).text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    assert.equal(files.length, 3);
    let zipped = 0;
    for (const path of files) {
      const plain = await fetch(`${base}${path}`, { headers: { 'Accept-Encoding': 'identity' } });
      assert.equal(plain.status, 200);
      assert.equal(plain.headers.get('content-encoding'), null);
      assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable');
      const small = await fetch(`${base}${path}`, { headers: { 'Accept-Encoding': 'gzip' } });
      assert.equal(small.headers.get('content-encoding'), 'gzip');
      const bytes = Buffer.from(await plain.arrayBuffer());
      assert.deepEqual(Buffer.from(await small.arrayBuffer()), bytes);
      zipped += Number(small.headers.get('content-length'));
    }
    zipped += gzipSync(page).length;
    assert.ok(zipped < FIRST_VIEW_BYTES, `the first view takes ${zipped} bytes, zipped`);
  });

  for (const path of ['/ui/none.js', '/ui/index.html', '/ui/..%2findex.html', '/ui/', '/ui/main.map']) {
    it(`has nothing at ${path}`, async () => {
      assert.match(String((await fetch(`${base}${path}`)).status), /^40[04]$/);
    });
  }
});
