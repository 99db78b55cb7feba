/** Where metrics are sent by OTLP, as a configuration file says it. */
import { z } from 'zod';
import { duration, text } from './config-values.ts';
import { Secret } from './receiver-file.ts';

/** @throws SyntaxError for what is no address of a server, or holds a password */
function parseServer(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '')
    return value;
  throw new SyntaxError('expected an address without a query or a password, such as http://127.0.0.1:4318');
}

export const OtlpFile = z.strictObject({
  url: text(parseServer, {
    description: 'An OpenTelemetry Collector, or what takes OTLP over HTTP, without /v1/metrics.',
    examples: ['http://127.0.0.1:4318'],
  }),
  every: duration('How often.', 1_000).prefault('1m'),
  bearer: Secret.optional().meta({ description: 'Where the token is that it asks for.' }),
});
export type OtlpFile = z.infer<typeof OtlpFile>;
