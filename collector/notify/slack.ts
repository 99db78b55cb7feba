/**
 * Slack, by an incoming webhook: one message for an alert that fires, one when it is over. Its address is the secret.
 *
 *     header    FIRING: SessionLeak in api             150 characters at most
 *     section   what it is about, why, what holds it   3,000 at most
 *
 * https://docs.slack.dev/reference/block-kit/blocks
 */
import type { Alert } from '../../protocol/alert.ts';
import type { Notice } from './notice.ts';
import { post } from './post.ts';
import type { Outcome, Receiver } from './receiver.ts';
import { annotationsOf } from './words.ts';

const MAX_HEADER = 150;
const MAX_SECTION = 3_000;
/** Annotations that a message shows, in this order. */
const SHOWN = ['summary', 'reason', 'heldBy', 'growing', 'allocatedAt'] as const;
/** Those that are code, line by line. */
const CODE: ReadonlySet<string> = new Set(['heldBy', 'growing', 'allocatedAt']);
const TITLES: Readonly<Record<string, string>> = {
  heldBy: 'Held by',
  growing: 'Grew',
  allocatedAt: 'Allocated at',
};

export interface SlackOptions {
  readonly url: string;
  readonly timeoutMs: number;
}

export class Slack implements Receiver {
  readonly #options: SlackOptions;

  constructor(options: SlackOptions) {
    this.#options = options;
  }

  send(notice: Notice, signal: AbortSignal): Promise<Outcome> {
    return post({ ...this.#options, body: JSON.stringify(slackMessage(notice)), signal });
  }
}

interface SlackMessage {
  /** For notifications, and where blocks are not shown. */
  readonly text: string;
  readonly blocks: (
    | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string } }
    | { readonly type: 'section'; readonly text: { readonly type: 'mrkdwn'; readonly text: string } }
  )[];
}

/** As Slack takes it. */
export function slackMessage({ alert, status }: Notice): SlackMessage {
  const title = `${status === 'firing' ? 'FIRING' : 'RESOLVED'}: ${alert.rule} in ${alert.labels.group ?? alert.target}`;
  // Slack refuses a section without a text
  const text = cut(sectionOf(alert), MAX_SECTION) || '-';
  return {
    text: cut(`${title}: ${alert.reason}`, MAX_SECTION),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, MAX_HEADER) } },
      { type: 'section', text: { type: 'mrkdwn', text } },
    ],
  };
}

function sectionOf(alert: Alert): string {
  const annotations = annotationsOf(alert);
  const parts = SHOWN.flatMap((name) => {
    const text = annotations[name];
    if (text === undefined) return [];
    const title = TITLES[name] === undefined ? '' : `*${TITLES[name]}*\n`;
    return [`${title}${CODE.has(name) ? `\`\`\`${escaped(text)}\`\`\`` : escaped(text)}`];
  });
  return parts.join('\n');
}

/** What Slack would take for a mention, a link or a block of code: a kind's name is nobody's. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('```', "'''");
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
