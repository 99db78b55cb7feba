/** Whether the collector lives, and whether it can do its work: for what starts and stops it. */
import { z } from 'zod';
import { HttpError } from '../problem.ts';
import { get, type Route, type Shape } from '../route.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';
const answer: Shape = { description: 'It does.', types: ['text/plain'] };
const params = z.looseObject({});

/** @param unready why it cannot, or undefined if it can. */
export function healthRoutes(unready: () => string | undefined): Route[] {
  const ok = { text: 'ok\n', type: TEXT_TYPE };
  return [
    get(
      '/healthz',
      { role: null, scope: 'open', summary: 'Whether the collector lives.', params, answer, problems: [] },
      () => ok,
    ),
    get(
      '/readyz',
      { role: null, scope: 'open', summary: 'Whether it can do its work.', params, answer, problems: ['not-ready'] },
      () => {
        const reason = unready();
        if (reason === undefined) return ok;
        throw new HttpError('not-ready', `Not ready: ${reason}`);
      },
    ),
  ];
}
