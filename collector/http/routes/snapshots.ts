/** The files of heap snapshots that a collector keeps; only operators read and remove them: they hold every string of a process. */
import { z } from 'zod';
import { SnapshotName } from '../../../protocol/snapshots.ts';
import type { Place } from '../../egress/place.ts';
import type { Reporter } from '../../operations/followed-reports.ts';
import { page } from '../../report/page.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import { HttpError } from '../problem.ts';
import { del, get, jsonOf, post, type Route } from '../route.ts';

const JSON_TYPE = 'application/json';
const HTML_TYPE = 'text/html; charset=utf-8';
const GZIP_TYPE = 'application/gzip';

const Named = z.strictObject({ name: SnapshotName });

const DEFAULT_LINK_SECONDS = 900;
/** What S3 allows. */
const MAX_LINK_SECONDS = 604_800;
const LinkWanted = z.strictObject({
  seconds: z.int().min(1).max(MAX_LINK_SECONDS).meta({ description: 'How long it holds; absent: 900.' }).optional(),
});
const Link = z.strictObject({ url: z.url(), expiresAt: z.iso.datetime() });

/** @param place where they are sent; absent: nowhere */
export function snapshotRoutes(snapshots: Snapshots, reporter: Reporter, place?: Place): Route[] {
  return [
    post(
      '/v1/snapshots/{name}/link',
      {
        role: 'operator',
        scope: 'snapshot',
        act: 'link',
        withToken: true,
        summary:
          'A signed address by which anybody may fetch a snapshot from the bucket that it was sent to, for a while.',
        params: Named,
        body: LinkWanted,
        answer: jsonOf(Link, 'The address: a secret as long as it holds.'),
        problems: ['not-found'],
      },
      async ({ params: { name }, body: { seconds = DEFAULT_LINK_SECONDS }, signal }) => {
        if (!place?.link) throw new HttpError('not-found', 'Cannot link to snapshot: they are sent to no bucket');
        const isThere = (await place.list(signal))?.some((file) => file.name === name);
        if (!isThere) throw new HttpError('not-found', 'Cannot link to snapshot: the bucket has none of this name');
        const expiresAt = new Date(Date.now() + seconds * 1_000).toISOString();
        return { json: { url: await place.link(name, seconds), expiresAt } };
      },
    ),
    get(
      '/v1/snapshots/{name}',
      {
        role: 'operator',
        scope: 'snapshot',
        act: 'download',
        withToken: true,
        summary:
          'One snapshot, as Chrome DevTools opens it; only with a token. Unless it was redacted it holds every string of the process: a secret.',
        params: Named,
        answer: { description: 'The file.', types: [JSON_TYPE, GZIP_TYPE] },
        problems: ['not-found'],
      },
      async ({ params: { name } }) => {
        const opened = await snapshots.open(name);
        if (!opened) throw new HttpError('not-found', 'Cannot send snapshot: there is none of this name');
        return { ...opened, name, type: name.endsWith('.gz') ? GZIP_TYPE : JSON_TYPE };
      },
    ),
    get(
      '/v1/snapshots/{name}/report',
      {
        role: 'operator',
        scope: 'snapshot',
        act: 'report',
        summary:
          'What is wrong in a snapshot, worst first, as one page; contents of strings are hidden unless the collector shows them.',
        params: Named,
        answer: { description: 'The page.', types: ['text/html'] },
        problems: ['not-found', 'refused', 'busy', 'unreadable'],
      },
      async ({ params: { name }, caller: { visitor }, signal }) => ({
        text: page(await reporter.report(name, visitor.name, signal)),
        type: HTML_TYPE,
      }),
    ),
    del(
      '/v1/snapshots/{name}',
      {
        role: 'operator',
        scope: 'snapshot',
        act: 'remove-snapshot',
        summary: 'Removes a snapshot; the log says who did.',
        params: Named,
        answer: jsonOf(z.strictObject({ removed: SnapshotName }), 'Its name.'),
        problems: ['not-found'],
      },
      async ({ params: { name } }) => {
        if (await snapshots.remove(name)) return { json: { removed: name } };
        throw new HttpError('not-found', 'Cannot remove snapshot: there is none of this name');
      },
    ),
  ];
}
