/** The Model Context Protocol's streamable HTTP: an assistant's way in, with the tokens and roles of all others. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import { del, post, type Route } from '../route.ts';

/** Who speaks with assistants. */
export interface McpSessions {
  serve(request: IncomingMessage, response: ServerResponse, body: unknown, caller: Caller): Promise<void>;
  end(id: string, caller: Caller): Promise<void>;
}

const Message = z.looseObject({ jsonrpc: z.literal('2.0') });
const Ended = z.strictObject({ ended: z.literal(true) });

export function mcpRoutes(sessions: McpSessions): Route[] {
  return [
    post(
      '/v1/mcp',
      {
        role: 'viewer',
        scope: 'method',
        summary: 'A message of the Model Context Protocol; each call of a tool is in the audit trail.',
        params: z.strictObject({}),
        body: Message,
        answer: { description: 'Messages, as events; 202 where none answers.', types: ['text/event-stream'] },
        problems: ['not-found', 'too-many', 'refused'],
      },
      ({ body, caller }) => ({ by: (request, response) => sessions.serve(request, response, body, caller) }),
    ),
    del(
      '/v1/mcp',
      {
        role: 'viewer',
        scope: 'open',
        act: 'mcp-end',
        summary: 'Ends a session of the Model Context Protocol, by its header Mcp-Session-Id.',
        params: z.strictObject({}),
        answer: { description: 'It has ended.', types: ['application/json'], schema: Ended },
        problems: ['not-found'],
      },
      async ({ caller, headers }) => {
        await sessions.end(String(headers['mcp-session-id'] ?? ''), caller);
        return { json: { ended: true } };
      },
    ),
  ];
}
