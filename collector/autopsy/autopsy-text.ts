/** An autopsy as text; pure. */
import { humanCount, humanDuration, humanSize } from '../../protocol/human.ts';
import type { Autopsy, Growth, LastMemory, Successor } from './autopsy.ts';

/** Parts of RSS that a text lists. */
const PARTS = 6;

export function autopsyText(autopsy: Autopsy): string {
  const { target, endedAt, incarnation, death, gauges, memory, kinds, probe, heldBy, ours, successor } = autopsy;
  if (endedAt === null || !death) return `${target}: no end of it is stored`;
  const sure = death.certainty === 'certain' ? '' : death.certainty === 'likely' ? 'likely: ' : 'not known: ';
  return [
    `${target} ended at ${endedAt}${incarnation === undefined ? '' : ` (${incarnation})`}`,
    `${sure}${death.text}`,
    ...(death.files ?? []).map((file) => `  that Node wrote by itself: ${file}`),
    '',
    'in the hour before:',
    ...gauges.map((growth) => `  ${growthText(growth)}`),
    ...(kinds.length === 0
      ? [`  no kind is known to have grown${probe === undefined ? ': no probe of kinds was scheduled' : ''}`]
      : []),
    ...kinds.map(
      (kind) => `  ${growthText(kind)}, ${humanCount(kind.beforeCount)} to ${humanCount(kind.lastCount)} objects`,
    ),
    ...(memory ? memoryLines(memory) : []),
    ...(heldBy.length === 0 ? [] : ['held by:', ...heldBy.map((path) => `  ${path}`)]),
    ...(ours.length === 0 ? ['we did nothing to it but read its gauges'] : ['what we did to it:']),
    ...ours.map(
      ({ probe: name, times, pauseMs, fatal }) =>
        `  ${name}: ${times} times, ${humanDuration(pauseMs)} of pause${fatal ? '; it ended during one' : ''}`,
    ),
    ...(successor ? [successorText(successor)] : []),
  ].join('\n');
}

function memoryLines({ readAt, rssBytes, verdict, parts }: LastMemory): string[] {
  return [
    `where its memory was at ${readAt}, with ${humanSize(rssBytes)} of RSS: ${verdict}`,
    ...parts.slice(0, PARTS).map((part) => `  ${growthText(part)}`),
  ];
}

function growthText({ name, beforeBytes, lastBytes, perHourBytes }: Growth): string {
  const sign = perHourBytes < 0 ? '' : '+';
  return `${name}: ${humanSize(beforeBytes)} to ${humanSize(lastBytes)} (${sign}${humanSize(perHourBytes)}/h)`;
}

function successorText({ incarnation, since, perHourBytes, beforePerHourBytes, msToSameEnd }: Successor): string {
  const who = `it is back since ${since}${incarnation === undefined ? '' : ` (${incarnation})`}`;
  const rates = `${humanSize(perHourBytes)}/h of RSS, ${humanSize(beforePerHourBytes)}/h before`;
  return msToSameEnd === undefined
    ? `${who}: ${rates}`
    : `${who} and grows again: ${rates}; ${humanDuration(msToSameEnd)} to the same end`;
}
