/** A flame graph or an icicle as one page that needs nothing else: click to zoom, search, the largest frames as a table. */
import { createHash } from 'node:crypto';
import type { Frame } from '../../agent/profile/frames.ts';
import { humanSize } from '../../protocol/human.ts';
import { escaped } from '../base/svg.ts';
import { type Drawing, FLAME_GRAPH } from './drawing.ts';
import { signedSize } from './flame-change.ts';
import { type FlameLayout, flameLayout } from './flame-layout.ts';
import { FLAME_SCRIPT } from './flame-script.ts';

/** Sites in the table. */
const MAX_ROWS = 50;

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e6e8eb; } }
body { margin: 1rem; background: var(--paper); color: var(--ink); font: 14px system-ui, sans-serif; }
h1 { font-size: 1.1rem; overflow-wrap: anywhere; }
form { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; margin: .5rem 0; }
input { min-width: 16rem; }
canvas { width: 100%; display: block; cursor: pointer; }
#said { min-height: 1.4em; overflow-wrap: anywhere; }
td { padding: .1rem .8rem .1rem 0; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
th { text-align: left; padding-right: .8rem; }
`;

export function flamePage(root: Frame, title: string, drawing: Drawing = FLAME_GRAPH): string {
  const layout = flameLayout(root);
  const hash = createHash('sha256').update(FLAME_SCRIPT).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
  const { change } = layout;
  const whole = change ? signedSize((change.now[0] ?? 0) - (change.before[0] ?? 0)) : humanSize(layout.total[0] ?? 0);
  const head = `${title}: ${whole}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(head)}</h1>`,
    '<form><label>Search <input id="search" type="search" autocomplete="off"></label>',
    '<button id="reset" type="button">Whole graph</button><output id="found"></output></form>',
    `<p id="said" aria-live="polite">Click a frame to zoom; the table below has the largest ${drawing.all}.${change ? LEGEND : ''}</p>`,
    `<canvas id="flame" role="img" aria-label="${drawing.name}; the table below has the largest ${drawing.all}"></canvas>`,
    change ? changeTable(layout, change) : sizeTable(layout, drawing),
    // data, not a program; no text in it can end the element
    `<script type="application/json" id="data">${JSON.stringify(layout).replaceAll('<', '\\u003c')}</script>`,
    `<script>${FLAME_SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const LEGEND =
  ' Red has grown, blue has shrunk, grey is as it was; a frame is as wide as the larger of its two figures.';

function sizeTable(layout: FlameLayout, { withAll, each }: Drawing): string {
  const head = `<thead><tr><th>Itself</th><th>${withAll}</th><th>${each}</th></tr></thead>`;
  return `<table>${head}<tbody>${tableOf(layout)}</tbody></table>`;
}

/** By how much a site itself has changed. */
function changeTable(
  { names, name }: FlameLayout,
  { selfNow, selfBefore }: NonNullable<FlameLayout['change']>,
): string {
  const sites = names.map((site) => ({ site, now: 0, before: 0 }));
  for (let i = 0; i < name.length; i++) {
    sites[name[i]!]!.now += selfNow[i]!;
    sites[name[i]!]!.before += selfBefore[i]!;
  }
  const rows = sites
    .filter(({ now, before }) => now !== before)
    .toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
    .slice(0, MAX_ROWS)
    .map(({ site, now, before }) => {
      const sizes = [signedSize(now - before), humanSize(before), humanSize(now)];
      return `<tr>${sizes.map((text) => `<td class="n">${text}</td>`).join('')}<td>${escaped(site)}</td></tr>`;
    })
    .join('');
  const head = '<thead><tr><th>Itself</th><th>Before</th><th>Now</th><th>Site</th></tr></thead>';
  return `<table>${head}<tbody>${rows}</tbody></table>`;
}

/** By what a site itself has; where it calls itself the outer frame has all of it. */
function tableOf({ names, name, depth, total, self }: FlameLayout): string {
  const sites = names.map((site) => ({ site, selfBytes: 0, totalBytes: 0 }));
  const above: number[] = [];
  for (let i = 0; i < name.length; i++) {
    above.length = depth[i]!;
    const site = sites[name[i]!]!;
    site.selfBytes += self[i]!;
    if (!above.includes(name[i]!)) site.totalBytes += total[i]!;
    above.push(name[i]!);
  }
  return sites
    .filter(({ selfBytes }) => selfBytes > 0)
    .toSorted((a, b) => b.selfBytes - a.selfBytes)
    .slice(0, MAX_ROWS)
    .map(({ site, selfBytes, totalBytes }) => {
      const sizes = [selfBytes, totalBytes].map((bytes) => `<td class="n">${humanSize(bytes)}</td>`).join('');
      return `<tr>${sizes}<td>${escaped(site)}</td></tr>`;
    })
    .join('');
}
