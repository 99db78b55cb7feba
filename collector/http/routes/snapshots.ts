/** The files of heap snapshots that a collector keeps; only operators read them, since they hold every string of a process. */
import { z } from 'zod';
import { SnapshotName } from '../../../protocol/snapshots.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import { HttpError } from '../problem.ts';
import { get, type Route } from '../route.ts';

const JSON_TYPE = 'application/json';
const GZIP_TYPE = 'application/gzip';

export function snapshotRoutes(snapshots: Snapshots): Route[] {
  return [
    get(
      '/v1/snapshots/{name}',
      {
        role: 'operator',
        summary: 'One snapshot, as Chrome DevTools opens it. It holds every string of the process: a secret.',
        params: z.strictObject({ name: SnapshotName }),
        answer: { description: 'The file.', types: [JSON_TYPE, GZIP_TYPE] },
        problems: ['not-found'],
      },
      async ({ params: { name } }) => {
        const opened = await snapshots.open(name);
        if (!opened) throw new HttpError('not-found', 'Cannot send snapshot: there is none of this name');
        return { ...opened, name, type: name.endsWith('.gz') ? GZIP_TYPE : JSON_TYPE };
      },
    ),
  ];
}
