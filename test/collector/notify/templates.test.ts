/** What Slack and PagerDuty are sent, held against what they publish of their formats. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeaderBlock, SectionBlock } from '@slack/types';
import { z } from 'zod';
import type { Notice } from '../../../collector/notify/notice.ts';
import { pagerDutyEvent } from '../../../collector/notify/pagerduty.ts';
import { slackMessage } from '../../../collector/notify/slack.ts';
import type { Alert } from '../../../protocol/alert.ts';
import { alertEvent } from '../../support/events.ts';

const LONG = 'x'.repeat(10_000);

function notice(over: Partial<Alert>, status: Notice['status'] = 'firing'): Notice {
  const { type: _, ...alert } = alertEvent('api', over);
  return { alert, status };
}

/** Of a kind, of an incident, of a gauge; with evidence and without; of more than fits. */
const NOTICES: readonly Notice[] = [
  notice({}),
  notice({ evidence: { state: 'done', paths: ['module app.js: sessions <!channel>'], cause: 'Session' } }),
  notice({ rule: LONG, reason: LONG, annotations: { summary: LONG, [LONG]: LONG }, labels: { group: LONG } }),
  notice({ rule: '', reason: '', annotations: {}, labels: {} }),
  notice({ state: 'resolved', endsAt: '2026-11-22T07:00:00.000Z' }, 'resolved'),
];

describe('a message to Slack', () => {
  it('is of blocks as Slack’s own types have them, within the lengths that it takes', () => {
    for (const each of NOTICES) {
      // the compiler holds it against @slack/types
      const blocks: (HeaderBlock | SectionBlock)[] = slackMessage(each).blocks;
      for (const block of blocks) {
        const text = block.text?.text ?? '';
        const most = block.type === 'header' ? 150 : 3_000;
        assert.ok(text.length >= 1 && text.length <= most, `${block.type}: ${text.length} characters`);
      }
      assert.ok(blocks.length <= 50);
    }
  });
});

const text = z.string();
const url = z.url();

/** As PagerDuty's OpenAPI document of the Events API v2 has it; nothing beside it. */
const PagerDutyEvent = z
  .strictObject({
    routing_key: text,
    event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
    dedup_key: text.max(255).optional(),
    client: text.optional(),
    client_url: url.optional(),
    links: z.array(z.strictObject({ href: url, text: text.optional() })).optional(),
    images: z.array(z.strictObject({ src: url, href: url.optional(), alt: text.optional() })).optional(),
    payload: z
      .strictObject({
        summary: text.min(1).max(1_024),
        severity: z.enum(['critical', 'warning', 'error', 'info']),
        source: text.min(1),
        timestamp: z.iso.datetime().optional(),
        component: text.optional(),
        group: text.optional(),
        class: text.optional(),
        custom_details: z.record(text, z.unknown()).optional(),
      })
      .optional(),
  })
  .refine(({ event_action, payload }) => event_action !== 'trigger' || payload !== undefined)
  .refine(({ event_action, dedup_key }) => event_action === 'trigger' || dedup_key !== undefined);

describe('an event for PagerDuty', () => {
  it('is one of its Events API v2, of no more than it takes', () => {
    for (const each of NOTICES) {
      const event = JSON.parse(JSON.stringify(pagerDutyEvent(each, 'R0UT1NG')));
      assert.deepEqual(PagerDutyEvent.parse(event), event);
      assert.ok(JSON.stringify(event).length < 512 * 1_024, 'half a megabyte is the most that it takes');
    }
  });
});
