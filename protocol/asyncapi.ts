/** The AsyncAPI 3 document of the stream, from its frames. */
import * as z from 'zod';
import { clientFrames, STREAM_PATH, SUBPROTOCOL, serverFrames } from './frames.ts';

/** The version of the protocol, as its path and its subprotocol have it. */
const VERSION = '1.0.0';

/** Each frame as a message, in the words of PROTOCOL.md, which says what they mean. */
export function asyncApi(): object {
  const sent = Object.entries(clientFrames);
  const received = Object.entries(serverFrames);
  const refs = (frames: [string, z.ZodType][], where: string) => frames.map(([type]) => ({ $ref: `${where}/${type}` }));
  const messages = [...sent, ...received];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'heapwatch stream',
      version: VERSION,
      description:
        'What a collector sends about the heaps of its targets. PROTOCOL.md is normative, and says what closes a socket.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      collector: { host: '127.0.0.1:7331', protocol: 'ws', description: 'Over TLS: wss.' },
    },
    channels: {
      stream: {
        address: STREAM_PATH,
        description: `One WebSocket with the subprotocol ${SUBPROTOCOL}; each text message is one frame.`,
        messages: Object.fromEntries(messages.map(([type]) => [type, { $ref: `#/components/messages/${type}` }])),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      // as the collector sees it
      fromClient: {
        action: 'receive',
        channel: { $ref: '#/channels/stream' },
        messages: refs(sent, '#/channels/stream/messages'),
      },
      toClient: {
        action: 'send',
        channel: { $ref: '#/channels/stream' },
        messages: refs(received, '#/channels/stream/messages'),
      },
    },
    components: {
      messages: Object.fromEntries(messages.map(([type, schema]) => [type, { name: type, payload: payload(schema) }])),
    },
  };
}

/** AsyncAPI's own schemas are JSON Schema draft 7. */
function payload(schema: z.ZodType): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'draft-7' });
  return json;
}
