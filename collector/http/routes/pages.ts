/**
 * The dashboard: a page at `/` and what it is made of. Everybody may have it, since it holds nothing; what it shows it asks for
 * with its user's token. Its policy lets no script, style or picture in that is not the collector's, and no other page frame it.
 */
import { z } from 'zod';
import type { PageFile } from '../pages.ts';
import { HttpError } from '../problem.ts';
import { get, type Route } from '../route.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
} as const;

const AssetName = z.string().regex(/^[\w-]+\.(?:js|css|svg)$/, { error: 'the name of a file of the dashboard' });

/** @param pages as `readPages` gives them */
export function pageRoutes(pages: ReadonlyMap<string, PageFile>): Route[] {
  return [
    get(
      '/',
      {
        role: null,
        scope: 'open',
        summary: 'The dashboard.',
        params: z.looseObject({}),
        answer: { description: 'The page.', types: ['text/html'] },
        problems: ['not-found'],
      },
      () => ({ page: pageOf(pages, 'index.html'), headers: { ...HEADERS, 'Cache-Control': 'no-cache' } }),
    ),
    get(
      '/ui/{name}',
      {
        role: null,
        scope: 'open',
        summary: 'A file of the dashboard.',
        params: z.strictObject({ name: AssetName }),
        answer: { description: 'The file.', types: ['text/javascript', 'text/css', 'image/svg+xml'] },
        problems: ['not-found'],
      },
      // its name changes with its content
      ({ params: { name } }) => ({
        page: pageOf(pages, name),
        headers: { ...HEADERS, 'Cache-Control': 'public, max-age=31536000, immutable' },
      }),
    ),
  ];
}

function pageOf(pages: ReadonlyMap<string, PageFile>, name: string): PageFile {
  const page = pages.get(name);
  if (page) return page;
  const why = pages.size === 0 ? 'the dashboard was not built, run npm run build' : 'the dashboard has no such file';
  throw new HttpError('not-found', `Cannot answer: ${why}`);
}
